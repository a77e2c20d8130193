"""查得太频繁: so many looks a minute from one address of the network, counted in the cache."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal
from diandan.web import door

#: A check code has 50 bits: nobody finds one at this pace, and nobody checks faster by hand.
LOOKS_A_MINUTE = 30
MINUTE = 60


def count_look(request: HttpRequest) -> None:
    """Refuses the look that is one too many."""
    key = f"look:{door.address(request)}:{int(door.now(request).timestamp()) // MINUTE}"
    cache.add(key, 0, MINUTE)
    if cache.incr(key) > LOOKS_A_MINUTE:
        raise Refusal("too_many", _("查得太频繁了,请过一分钟再试。"), status=429)
