"""记录证明: a volunteer's own certificates, a credential of one, and the check anybody makes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from diandan.kit.refusal import Refusal
from diandan.square.certificate import queries
from diandan.square.certificate.actions.credential import make_credential
from diandan.square.certificate.lines import certified, sums
from diandan.square.certificate.states import State
from diandan.web import door
from diandan.web.shared.house import public_house
from diandan.web.shared.looks import count_look

from . import shapes, told
from .gate import Need, caller

router = Router()
CertificateState = Annotated[str, told.among(State)]
FIELDS_MAX = 10


class CertificateOut(Schema):
    """一份服务记录证明。两类时长分开,不相加。"""

    id: UUID = told.f("证明的编号(内部)")
    number: str = told.f("证明编号;没有签字为空")
    issuer: str = told.f("出具单位")
    state: CertificateState = told.f("状态")
    from_on: date = told.f("服务从哪天")
    until_on: date = told.f("服务到哪天")
    verified_minutes: int = told.f("已核实的时长,分钟")
    declared_minutes: int = told.f("补录的时长,分钟")
    issued_at: datetime | None = told.f("生效时间;未生效为空")


class CredentialIn(shapes.Asked):
    """What goes into the credential."""

    fields: list[shapes.Short] = Field(
        max_length=FIELDS_MAX, description="凭证里写哪几项,由本人挑选"
    )


class CredentialOut(Schema):
    """可离线核验的凭证(W3C VC 2.0、Open Badges 3.0)。本站不留底,重发同一幂等键时为空。"""

    credential: dict[str, Any] | None = told.f("凭证全文;重发时为空")


class CheckOut(Schema):
    """核对的结果:状态和出具单位总有,其余只有本人同意显示的才有。"""

    number: str = told.f("证明编号")
    state: CertificateState = told.f("状态")
    issuer: str = told.f("出具单位")
    name: str = told.f("姓(名隐去);不显示为空")
    verified_minutes: int | None = told.f("已核实的时长,分钟;不显示为空")
    declared_minutes: int | None = told.f("补录的时长,分钟;不显示为空")
    changed_since: bool = told.f("出具之后时长有没有更正")


@router.get(
    "/certificates",
    url_name="certificates",
    response=list[CertificateOut],
    auth=Need("serve"),
    summary="我的服务记录证明",
)
def certificates(request: HttpRequest) -> list[dict[str, Any]]:
    """Her own, the newest first."""
    by = caller(request)
    if by.person_id is None:
        return []
    shown = []
    for row in queries.certificates_of(by.person_id):
        total = sums(certified(row))
        shown.append(
            {
                "id": row.id,
                "number": row.number or "",
                "issuer": row.issuer.name,
                "state": row.state,
                "from_on": row.from_on,
                "until_on": row.until_on,
                "verified_minutes": total.verified,
                "declared_minutes": total.declared,
                "issued_at": row.issued_at,
            }
        )
    return shown


@router.post(
    "/certificates/{uuid:certificate_id}/credential",
    url_name="credential",
    response=CredentialOut,
    auth=Need("serve"),
    summary="取一份电子凭证",
)
def credential(request: HttpRequest, certificate_id: UUID, body: CredentialIn) -> dict[str, Any]:
    """With exactly the fields asked for. Kept nowhere, so a repeat of the key brings it no more."""
    by = caller(request)
    row = queries.own_certificate(certificate_id, by)
    request.diandan_kept = '{"credential": null}'  # type: ignore[attr-defined]
    made = make_credential(
        certificate_id=row.id,
        fields=body.fields,
        house=public_house(),
        at=door.now(request),
        by=by,
    )
    return {"credential": made}


@router.get(
    "/certificates/check/{number}/{code}",
    url_name="certificate_check",
    response=CheckOut,
    summary="核对一份证明",
)
def check(request: HttpRequest, number: str, code: str) -> dict[str, Any]:
    """For anybody with number and check code; so many looks a minute."""
    if "\x00" in number + code:
        raise Refusal("null_character", "\\x00", status=422)
    count_look(request)
    found = queries.checked(number, code)
    return {
        "number": found.number,
        "state": found.state,
        "issuer": found.issuer,
        "name": found.name,
        "verified_minutes": found.sums.verified if found.sums else None,
        "declared_minutes": found.sums.declared if found.sums else None,
        "changed_since": found.changed_since,
    }
