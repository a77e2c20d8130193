"""Runs pytest, then stops the tests' own database server unless another run still uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from diandan.config import postgres

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".diandan-test"


def main(words: list[str]) -> int:
    done = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, check=False)
    if postgres.is_running(HOME) and postgres.visitors(HOME) == 0:
        postgres.stop(HOME)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
