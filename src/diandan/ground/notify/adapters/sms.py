"""短信的共同部分: what both gateways need: account, signature and approved templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..core import CODE
from .base import NotSent, Parcel

TEXT_MAX = 60


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An account at a gateway. `templates` maps `code` and `notice` to approved template ids.

    A code's template has one variable (`code`), a notice's two (`text`, `link`), in that order.
    """

    key_id: str
    secret: str
    sign: str
    templates: Mapping[str, str]
    app: str = ""
    address: str = ""
    region: str = "ap-guangzhou"

    def template_for(self, parcel: Parcel) -> str:
        """The template of the parcel's sort; NotSent when the centre registered none."""
        sort = CODE if parcel.kind == CODE else "notice"
        if not self.templates.get(sort):
            raise NotSent(f"no template for {sort}", for_good=True)
        return self.templates[sort]


def variables(parcel: Parcel) -> dict[str, str]:
    """The template's variables; a code is the only run of six digits in its text."""
    if parcel.kind == CODE:
        found = re.search(r"(?<!\d)\d{6}(?!\d)", parcel.text)
        if found is None:
            raise NotSent("no code in the text", for_good=True)
        return {"code": found.group()}
    return {"text": parcel.text[:TEXT_MAX], "link": parcel.link}
