"""纸质证明: the certificate as a PDF (民发〔2015〕149号 fields), the same bytes for the same input.

She alone gets the paper with her whole name, and may have the number of an identity card printed:
she types it for this one print, and it is kept nowhere.
"""

from __future__ import annotations

import functools
import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.core import mask_name
from diandan.ground.people.queries import masked_name, own, person, person_names, volunteer_of
from diandan.kit.refusal import Refusal, conflict
from diandan.kit.units import local

from .badge import hours
from .lines import certified, sums
from .models import Certificate
from .queries import words_of
from .states import State

TEMPLATE = Path(__file__).with_name("paper.typ")
#: Free fonts with Chinese, the first that is on the machine is used.
FONTS = (
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
    "Source Han Serif SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "AR PL UMing CN",
    "Droid Sans Fallback",
    "SimSun",
)
ID_MAX = 40
NONE = "—"
NOT_ISSUER = "由 {issuer} 出具,平台记录。平台不是出具人,不作担保。核对:{address}"


@dataclass(frozen=True, slots=True)
class Asked:
    """How she wants it: her card's number for the paper, or everything masked for a screen."""

    id_kind: str = ""
    id_number: str = ""
    masked: bool = False


def as_pdf(row: Certificate, *, asked: Asked, house: str, at: datetime, by: Actor) -> bytes:
    """The paper. Only she herself gets it whole; before it is valid there is none."""
    if row.state not in (State.VALID, State.POSTED):
        raise conflict("not_valid", _("公示结束、证明有效后才能打印。"))
    if row.person_id != by.person_id and not asked.masked:
        raise Refusal("own_act_only", _("带全名的证明只能由本人打印。"), status=403)
    return printed(content(row, asked=asked, house=house, at=at, by=by), check_address(row, house))


def check_address(row: Certificate, house: str) -> str:
    """Where anybody checks it: number and code are in the address the QR code holds."""
    return f"{house}/check/{row.number}/{row.check_code}"


def content(
    row: Certificate, *, asked: Asked, house: str, at: datetime, by: Actor
) -> dict[str, Any]:
    """What the paper says, as texts."""
    lines, volunteer = certified(row), volunteer_of(row.person_id)
    total = sums(lines)
    signers = [one for one in (row.signed_by_id, row.handled_by_id) if one]
    names = person_names(signers, reader=by, at=at, why="certificate")
    name = masked_name(row.person) if asked.masked else own(person(row.person_id)).name
    number = asked.id_number.strip()[:ID_MAX]
    day = local(row.issued_at or row.notice_until or at).date()
    return {
        "fonts": list(fonts_here()),
        "number": row.number or NONE,
        "register": str(row.register_number or NONE),
        "name": name or NONE,
        "volunteer_number": volunteer.number if volunteer else NONE,
        "id_kind": asked.id_kind.strip()[:ID_MAX] or NONE,
        "id_number": (mask_name(number) if asked.masked else number) or NONE,
        "period": f"{row.from_on:%Y-%m-%d} 至 {row.until_on:%Y-%m-%d}",
        "visits": str(len(lines)),
        "verified": hours(total.verified),
        "declared": hours(total.declared),
        "lines": [
            {
                "on": f"{line.on:%Y-%m-%d}",
                "kind": line.kind,
                "place": line.place,
                "grade": "已核实" if line.grade == "verified" else "补录",
                "minutes": str(line.minutes),
            }
            for line in lines
        ],
        "issuer": row.issuer.name,
        "contact": row.issuer.contact or NONE,
        "head": names.get(row.signed_by_id, NONE) if row.signed_by_id else NONE,
        "handler": names.get(row.handled_by_id, NONE) if row.handled_by_id else NONE,
        "purpose": words_of(row.person, row.purpose_enc) or NONE,
        "note": _note(row),
        "issued": f"{day:%Y年%m月%d日}",
        "code": f"{row.check_code[:5]} {row.check_code[5:]}",
        "foot": NOT_ISSUER.format(issuer=row.issuer.name, address=f"{house}/check"),
    }


def _note(row: Certificate) -> str:
    said = words_of(row.person, row.note_enc)
    if row.state == State.POSTED and row.notice_until:
        until = f"公示至 {local(row.notice_until):%Y-%m-%d},期满前无效"
        return f"{said} {until}".strip()
    return said or NONE


def printed(said: dict[str, Any], address: str) -> bytes:
    """Typst's PDF of it."""
    if not said["fonts"]:
        raise Refusal(
            "no_cjk_font",
            _(
                "这台服务器上没有中文字体,印不出 PDF。请管理员安装 fonts-noto-cjk 后再试;先可打印网页。"
            ),
            status=503,
        )
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False).save(svg, kind="svg", border=2)
    inputs = {
        "data": json.dumps(said, ensure_ascii=False, sort_keys=True),
        "qr": svg.getvalue().decode(),
    }
    made = typst.compile(TEMPLATE.read_bytes(), sys_inputs=inputs, format="pdf")
    assert isinstance(made, bytes)
    return made


@functools.cache
def fonts_here() -> tuple[str, ...]:
    """The first of our fonts that this machine has; none is an answer too."""
    families = {font.family for font in typst.Fonts().fonts()}
    return tuple(name for name in FONTS if name in families)[:1]
