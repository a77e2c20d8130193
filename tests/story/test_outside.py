"""外部热线: the stand-in keeps each case once, and an end it is told of is no new case."""

from __future__ import annotations

import pytest

from diandan.ops.story.outside import Outside
from diandan.path.assess.adapters import HotlineDown, HttpHotline


def test_cases_are_numbered_and_ends_are_not() -> None:
    with Outside() as outside:
        hotline = HttpHotline(outside.url)
        with pytest.raises(HotlineDown):
            hotline.send("a", {"words": "灯坏了"})
        outside.is_down = False
        assert hotline.send("a", {"words": "灯坏了"}) == hotline.send("a", {"words": "灯坏了"})
        hotline.report("r", {"state": "rated"})
        hotline.report("r", {"state": "rated"})
        assert list(outside.numbers) == ["a"]
        assert {key: end["state"] for key, end in outside.ends.items()} == {"r": "rated"}
        assert hotline.send("b", {"words": "门坏了"}).endswith("2")
