"""Checks that generated documents are up to date, once the `docs` command exists."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path


def main() -> int:
    if importlib.util.find_spec("diandan.ops.docs") is None:
        return 0
    command = Path(sys.executable).with_name("diandan")
    return subprocess.run([str(command), "docs", "--check"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
