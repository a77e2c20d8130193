"""备份: `diandan backup FILE`, the database while it is in use; the keys stay where they are."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from . import keeping
from .house import TABLES, Trouble

HELP = "备份数据库到一个文件;密钥文件不在里面,请另外保管"
NEEDS = TABLES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file to write."""
    parser.add_argument("file", metavar="FILE", help="写到这个文件,不能已存在")


def run(args: argparse.Namespace) -> int:
    """0: written. The dump is one snapshot; the site keeps running meanwhile."""
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from diandan.flow.leaving import keep_list
    from diandan.ground.people import erased
    from diandan.kit.clock import now

    to = Path(args.file)
    if to.exists():
        raise Trouble(f"{to} 已经存在,请换一个文件名 (exists already)。")
    if not to.parent.is_dir():
        raise Trouble(f"没有目录 {to.parent} (no such folder)。")
    keep_list()
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".backup-") as folder:
        dump = Path(folder) / "dump"
        words = [keeping.tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
        keeping.run([*words, f"--file={dump}"], keeping.address(), "备份")
        facts = keeping.Facts(
            made_at=now().isoformat(),
            database=str(connection.settings_dict["NAME"]),
            migrations=MigrationRecorder.Migration.objects.count(),
            erased=len(erased.erased()),
            key=keeping.key_mark(),
            digest=keeping.digest_of(dump),
        )
        keeping.pack(dump, facts, to)
    print(f"已备份到 {to}({to.stat().st_size // 1024} KB)。")
    print(f"密钥不在备份里。请把这两个文件另外保管:{settings.DIANDAN_KEY_FILE} 和 {erased.path()}")
    return 0
