"""One bad row does not keep the worker from everything else it looks after."""

from __future__ import annotations

import logging
from datetime import datetime

import pytest

from diandan.flow import worker


def test_one_sweep_that_fails_is_told_and_the_others_have_their_turn(
    at: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_at: datetime) -> int:
        raise ValueError("a bad row")

    monkeypatch.setattr(worker, "SWEEPS", (lambda _at: 2, broken, lambda _at: 3))
    with caplog.at_level(logging.ERROR, logger=worker.log.name):
        assert worker._sweep(at, goes_on=True) == 5
    assert "a bad row" in caplog.text
    with pytest.raises(ValueError, match="a bad row"):
        worker._sweep(at)
