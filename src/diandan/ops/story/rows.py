"""各地的行: the row of each place's flow, and what else its seed asks to be seen."""
from __future__ import annotations
from collections.abc import Callable
from .world import World

Look = Callable[[World], str]
FLOW_ROW = {"suzhou": "W2", "taixing": "W3", "hongta": "W4", "qindu": "W5", "baiyintala": "W6", "daxing": "W7"}
ROWS_OF: dict[str, tuple[tuple[str, Look], ...]] = {}
