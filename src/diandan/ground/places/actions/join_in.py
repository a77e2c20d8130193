"""入驻: a unit asks to become a base; the centre takes it in, or returns it saying why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.places.models import BaseApplication, Kind, Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.ids import readable
from diandan.kit.refusal import Refusal, conflict, missing

from .add import SiteWords, add, checked_name

State = BaseApplication.State
ABOUT_MAX, ADDRESS_MAX, PHONE_MAX, POST_MAX, REASON_MAX = 1000, 200, 40, 40, 300
WAITING_MAX = 500


@dataclass(frozen=True, slots=True)
class BaseWords:
    """What a unit writes of itself."""

    name: str
    about: str
    address: str
    phone: str
    post: str = ""


@transaction.atomic
def apply(centre: Place, words: BaseWords, *, at: datetime) -> BaseApplication:
    """The application, with a key by which its writer follows it. Twice the same is one."""
    clean = _checked(words)
    twin = BaseApplication.objects.filter(centre=centre, name=clean.name, state=State.WAITING)
    if twin.exists():
        raise conflict(
            "applied_before", _("“%(name)s”已经提交过申请,正在审核。") % {"name": clean.name}
        )
    if BaseApplication.objects.filter(centre=centre, state=State.WAITING).count() >= WAITING_MAX:
        raise conflict("too_many_waiting", _("待审核的申请太多,请直接与实践中心联系。"))
    row = BaseApplication.objects.create(
        centre=centre,
        name=clean.name,
        about=clean.about,
        address=clean.address,
        phone=clean.phone,
        post=clean.post,
        key=readable(20),
        applied_at=at,
    )
    announce(_fact("places.base_applied", row, at, None))
    return row


@transaction.atomic
def apply_again(row: BaseApplication, words: BaseWords, *, at: datetime) -> BaseApplication:
    """A returned application, written anew by whoever holds its key."""
    row = for_change(row.id)
    if row.state != State.RETURNED:
        raise conflict("not_now", _("这份申请现在不需要补充。"))
    clean = _checked(words)
    row.name, row.about, row.address = clean.name, clean.about, clean.address
    row.phone, row.post = clean.phone, clean.post
    row.state, row.applied_at = State.WAITING, at
    row.save()
    announce(_fact("places.base_applied", row, at, None))
    return row


@transaction.atomic
def approve_base(
    application_id: UUID, parent: Place, *, at: datetime, by_id: UUID | None
) -> BaseApplication:
    """Take the unit in as a base under `parent`. The door has checked that `by_id` may."""
    row = for_change(application_id)
    if row.state == State.APPROVED:
        return row
    if row.state != State.WAITING:
        raise conflict("not_now", _("这份申请已退回,要等对方补充后再审核。"))
    words = SiteWords(row.name, Kind.BASE, phone=row.phone, address=row.address)
    row.place = add(parent, words, at=at, by_id=by_id)
    row.state, row.answered_at, row.answered_by = State.APPROVED, at, by_id
    row.save()
    announce(_fact("places.base_approved", row, at, by_id))
    return row


@transaction.atomic
def return_base(
    application_id: UUID, reason: str, *, at: datetime, by_id: UUID | None
) -> BaseApplication:
    """Send it back with what is missing. The door has checked that `by_id` may."""
    row = for_change(application_id)
    why = " ".join(reason.split())
    if not why:
        raise Refusal("reason_missing", _("请写明退回的原因,对方才知道怎么补。"), field="reason")
    if row.state != State.WAITING:
        raise conflict("not_now", _("这份申请已经答复过了。"))
    row.state, row.reason = State.RETURNED, why[:REASON_MAX]
    row.answered_at, row.answered_by = at, by_id
    row.save()
    announce(_fact("places.base_returned", row, at, by_id))
    return row


def for_change(application_id: UUID) -> BaseApplication:
    """The application, its row locked; Refusal when there is none."""
    found = (
        BaseApplication.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(id=application_id)
        .first()
    )
    if found is None:
        raise missing(_("没有找到这份申请。"), "unknown_application")
    return found


def _checked(words: BaseWords) -> BaseWords:
    name = checked_name(words.name)
    rows = (
        ("about", words.about, ABOUT_MAX, _("请写明能提供什么服务、场地或课程。")),
        ("address", words.address, ADDRESS_MAX, _("请填写地址。")),
        ("phone", words.phone, PHONE_MAX, _("请填写单位对外的电话。")),
    )
    for key, said, most, sentence in rows:
        if not said.strip():
            raise Refusal(f"{key}_missing", sentence, field=key)
        if len(said) > most:
            raise Refusal("too_long", _("最多 %(n)d 个字") % {"n": most}, field=key)
    digits = sum(sign.isdigit() for sign in words.phone)
    if digits < 5 or not all(sign.isdigit() or sign in "-+() 转" for sign in words.phone):
        raise Refusal("wrong_phone", _("电话请写数字,如 025-00000000。"), field="phone")
    return BaseWords(
        name,
        words.about.strip(),
        " ".join(words.address.split()),
        " ".join(words.phone.split()),
        " ".join(words.post.split())[:POST_MAX],
    )


def _fact(kind: str, row: BaseApplication, at: datetime, by_id: UUID | None) -> Fact:
    data = {"application": str(row.id), "place": row.place_id}
    return Fact(kind, at, place_id=row.centre_id, by_id=by_id, data=data)
