"""第一屏: what was said on the first screen waits in the session for the second.

So the second screen has an address of its own: going back to it, or loading it again, shows a
page instead of the browser's question about sending a form twice. Her words stand in no address,
hence in no log, and go from the session when the order is placed.
"""

from __future__ import annotations

from django.http import HttpRequest, QueryDict
from django.utils.crypto import get_random_string

PLACE = "diandan.first_screen"
FIELDS = ("words", "kind", "item", "place", "place_words", "urgency")
KEY_SIZE = 8
KEPT_MAX = 3
WORDS_MAX = 2000


def keep(request: HttpRequest) -> str:
    """Keep what the first screen sent; the short key to find it by in this session."""
    key = get_random_string(KEY_SIZE)
    said = {name: request.POST[name][:WORDS_MAX] for name in FIELDS if request.POST.get(name)}
    before = list(request.session.get(PLACE, {}).items())
    request.session[PLACE] = dict([*before[1 - KEPT_MAX :], (key, said)])
    return key


def kept(request: HttpRequest) -> QueryDict:
    """What was said, for the key in the address; the address itself when there is none."""
    said = request.session.get(PLACE, {}).get(request.GET.get("draft", ""))
    if said is None:
        return request.GET
    found = QueryDict(mutable=True)
    found.update(said)
    return found


def forget(request: HttpRequest) -> None:
    """The order is placed: its words are kept there, and nowhere else."""
    request.session.pop(PLACE, None)
