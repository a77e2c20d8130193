"""恢复: `diandan restore FILE`, then whoever was erased since is erased again, before serving.

The backup goes into a database of its own first; only when it is whole, up to date and the list is
replayed does it take the place of the one in use, which is then dropped. Whatever fails before
that leaves everything as it was.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from diandan.config import env

from . import house, keeping

HELP = "从备份恢复;恢复后先按删除名单重删一遍,才让网站启动"
NEEDS = house.DJANGO


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The backup, or only the replay."""
    parser.add_argument("file", metavar="FILE", nargs="?", help="备份文件")
    parser.add_argument("--replay", action="store_true", help="只按删除名单重删一遍")
    parser.add_argument("--yes", action="store_true", help="不再问,直接替换现在的数据库")
    parser.add_argument("--without-list", action="store_true", help="删除名单丢了,仍要恢复")


def run(args: argparse.Namespace) -> int:
    """0: restored and replayed."""
    if args.replay:
        return _replay()
    if not args.file:
        raise house.Trouble("请写备份文件 (which file?):diandan restore FILE")
    with tempfile.TemporaryDirectory(prefix="diandan-restore-") as folder:
        dump = Path(folder) / "dump"
        facts = keeping.unpack(Path(args.file), dump)
        _check(facts, without_list=args.without_list)
        if not args.yes:
            raise house.Trouble(
                f"将用 {facts.made_at} 的备份替换现在的数据库 {facts.database},之后的都会丢。"
                "确定请加 --yes (add --yes to go on)。"
            )
        _restore(dump)
    print(f"已恢复到 {facts.made_at}。")
    return 0


def _check(facts: keeping.Facts, *, without_list: bool) -> None:
    from diandan.ground.people import erased

    if facts.key != keeping.key_mark():
        raise house.Trouble(
            "这份备份要用另一个密钥文件,恢复了也读不出姓名和电话。"
            "请先放回当时的 master.key (made with another master key)。"
        )
    if len(erased.erased()) < facts.erased and not without_list:
        raise house.Trouble(
            f"删除名单 {erased.path()} 比备份时还短:备份时有 {facts.erased} 人。"
            "请先放回名单;确实丢了,加 --without-list (the list of erasures is missing lines)。"
        )


def _restore(dump: Path) -> None:
    """Beside, replay, swap."""
    live = env.database_url()
    name = str(conninfo_to_dict(live)["dbname"])
    new, before = f"{name}_restoring", f"{name}_before"
    with psycopg.connect(house.beside(live, "postgres"), autocommit=True) as admin:
        _drop(admin, new)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(new)))
        try:
            words = [keeping.tool("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error"]
            address = house.beside(live, new)
            keeping.run([*words, f"--dbname={new}", str(dump)], address, "恢复")
            _replay_in(address)
        except BaseException:
            _drop(admin, new)
            raise
        _swap(admin, name, new, before)
        _drop(admin, before)


def _replay_in(address: str) -> None:
    """Bring the tables up to date and replay the list, in a process that knows only that database."""
    words = [sys.executable, "-m", "diandan.ops.main", "restore", "--replay"]
    done = subprocess.run(
        words,
        env={**os.environ, env.DATABASE_URL.name: address},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise house.Trouble(f"删除名单没有重放成,没有恢复 (replay failed):{done.stderr.strip()}")
    print(done.stdout.strip())


def _replay() -> int:
    from diandan.flow.leaving import replay
    from diandan.kit.clock import now

    house.migrate()
    again = replay(at=now())
    print(f"删除名单已重放:又删了 {again} 人 (replayed the list of erasures)。")
    return 0


def _swap(admin: psycopg.Connection[tuple[object, ...]], name: str, new: str, old: str) -> None:
    _drop(admin, old)
    with admin.transaction():
        _alone(admin, name, new)
        admin.execute(_rename(name, old))
        admin.execute(_rename(new, name))


def _rename(now: str, then: str) -> sql.Composed:
    return sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
        sql.Identifier(now), sql.Identifier(then)
    )


def _alone(admin: psycopg.Connection[tuple[object, ...]], *names: str) -> None:
    """Sessions end: what runs on the old rows must not go on with the new ones."""
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
        [list(names)],
    )


def _drop(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
