"""No page loads the compiled engine: a web process must be ready at once and stay small."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.tidy
LOOK = """
import sys, django
django.setup()
import diandan.config.urls, diandan.flow.worker
heavy = [n for n in sys.modules if n.split(".")[0] in ("numba", "llvmlite")]
heavy += [n for n in sys.modules if n.startswith("diandan.engine.staffing")]
print(" ".join(heavy))
"""

DISPATCH = """
import sys, django
import diandan.ops.main
django.setup()
import diandan.engine.ready, diandan.flow.dispatcher
diandan.engine.ready.be_ready()
heavy = "PIL scipy cffi yaml ortools pyvrp typst xlsxwriter segno rjieba sklearn apprise httpx".split()
print(" ".join(n for n in heavy if n in sys.modules))
"""


def test_the_dispatch_process_loads_nothing_that_it_does_not_use() -> None:
    """It is ready within a second of its start; a picture library alone took a tenth of that."""
    assert said(DISPATCH) == ""


def test_pages_and_the_worker_do_not_load_the_compiled_engine() -> None:
    assert said(LOOK) == ""


def said(look: str) -> str:
    """What a fresh process prints."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "diandan.config.settings"}
    found = subprocess.run(
        [sys.executable, "-c", look], env=env, capture_output=True, text=True, check=True
    )
    return found.stdout.strip()
