"""查找: the place that a word in somebody's table means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal

from .models import Place
from .queries import search


class PlaceFinder:
    """The open places under a centre, by name and by code, for the words in a table's cell."""

    def __init__(self, center: Place) -> None:
        self.center = center
        self._found: defaultdict[str, dict[int, Place]] = defaultdict(dict)
        for place in Place.objects.filter(path__startswith=center.path, valid_until=None):
            for words in (place.name, place.full_name, place.official_name, place.region_code):
                self._found[words][place.id] = place

    def find(self, words: str, field: str) -> Place:
        """The one place meant by `words` (the centre when empty); Refusal when none or many."""
        if not words:
            return self.center
        found = list(self._found.get(words, {}).values())
        if len(found) == 1:
            return found[0]
        if not found:
            raise Refusal(
                "unknown_place",
                _("%(center)s没有名为“%(words)s”的阵地")
                % {"center": self.center.name, "words": words},
                field=field,
            )
        raise Refusal(
            "many_places",
            _("名为“%(words)s”的有 %(n)d 个,请改填区划代码") % {"words": words, "n": len(found)},
            field=field,
        )


def by_words(center: Place, words: str, field: str, kinds: Collection[str] = ()) -> Place:
    """The one open place a person means by what she typed; Refusal when none or several could be.

    A name that fits exactly wins over others that only hold it. `kinds`: only such places.
    """
    wanted = words.strip()
    found = [place for place in search(center, wanted, 10) if not kinds or place.kind in kinds]
    exact = [place for place in found if wanted in (place.name, place.full_name)]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if not found:
        raise Refusal(
            "unknown_place",
            _("没有找到“%(words)s”,请写社区(村)的名称。") % {"words": wanted},
            field=field,
        )
    names = "、".join(place.full_name for place in found[:5])
    raise Refusal(
        "many_places", _("有几个地方都像:%(names)s。请写全称。") % {"names": names}, field=field
    )
