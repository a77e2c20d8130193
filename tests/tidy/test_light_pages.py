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


def test_pages_and_the_worker_do_not_load_the_compiled_engine() -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "diandan.config.settings"}
    found = subprocess.run(
        [sys.executable, "-c", LOOK], env=env, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == ""
