"""The processes of a house: a copy begins at once, is started again when killed, ends with the rest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from diandan.ops.children import Forked
from diandan.ops.racing.processes import command_of

HOUSE = """
import os, signal, django
django.setup()
from diandan.ops.children import Children, forked, program

def work():
    print(os.getpid(), os.getsid(0), flush=True)
    signal.pause()

house = Children()
house.start({"copy": forked("diandan copied", work)})
house.start({"other": program(["sleep", "600"])})
house.watch()
house.stop()
print("left", [child.poll() for child in house.running.values()], flush=True)
"""


@pytest.fixture
def house() -> Iterator[subprocess.Popen[str]]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "diandan.config.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", HOUSE], env=env, stdout=subprocess.PIPE, text=True
    ) as running:
        yield running
        running.kill()


def _line(house: subprocess.Popen[str]) -> str:
    assert house.stdout is not None
    return house.stdout.readline()


def _copy(house: subprocess.Popen[str]) -> int:
    pid, session = (int(word) for word in _line(house).split())
    # Ctrl-C in the shell of the house must come to the house alone.
    assert pid == session
    assert command_of(pid).strip() == "diandan copied"
    return pid


def test_what_was_killed_is_there_again_and_all_end_together(house: subprocess.Popen[str]) -> None:
    first = _copy(house)
    os.kill(first, signal.SIGKILL)
    assert "copy 停了(返回 -9)" in _line(house)
    second = _copy(house)
    assert second != first
    house.send_signal(signal.SIGTERM)
    assert _line(house) == "left [-15, -15]\n"
    assert house.wait() == 0
    assert command_of(second) == ""


def test_a_copy_that_does_not_end_is_said_so() -> None:
    copy = Forked("diandan deaf", signal.pause)
    with pytest.raises(subprocess.TimeoutExpired):
        copy.wait(0.01)
    assert copy.poll() is None
    copy.kill()
    assert copy.wait() == -signal.SIGKILL
