"""查找: the place that a word in somebody's table means."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal

from .models import Place


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
