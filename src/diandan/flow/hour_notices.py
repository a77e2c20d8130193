"""告知时长: her hours were declared, objected to, posted, corrected; the desk has an objection.

Nothing happens to a person's hours silently (domain §5-2: 被志愿 was found years later). A pure
table and the handler that carries it out; names and reasons stand behind the link's sign-in.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _say
from django.utils.translation import gettext_lazy as _

from diandan.ground.notify.actions.tell import tell
from diandan.ground.people.models import Person, Role
from diandan.ground.people.queries import staff_of
from diandan.ground.record.models import FactRow
from diandan.path.bundle.models import Job
from diandan.path.ledger.models import Ledger, Objection, Transfer

HOURS = "/v/hours"
DESK = "/desk/hours/"
# What the volunteer is told; points go with the minutes and are told with them.
HERS: dict[str, tuple[Promise, bool]] = {
    "hours.earned": (
        _("「%(what)s」记了%(amount)s,正在公示。不是您的、不对的,请点开说一声。"),
        False,
    ),
    "hours.declared": (
        _("有人替您补录了「%(what)s」%(amount)s,要再有一个人核对。不是您的请点“这不是我”。"),
        True,
    ),
    "hours.confirmed": (_("「%(what)s」的时长有人核对过了,公示期满入账。"), False),
    "hours.posted": (_("「%(what)s」%(amount)s已入账。"), False),
    "hours.objected": (_("有人对您「%(what)s」的时长提了异议,查清之前不入账。"), True),
    "hours.voided": (_("「%(what)s」的时长没有入账,原因请点开查看。"), True),
    "hours.upheld": (_("对您「%(what)s」时长的异议不成立,公示期满入账。"), False),
    "hours.corrected": (_("「%(what)s」的时长更正减去%(amount)s,原因请点开查看。"), True),
    "hours.expiring": (_("您有 %(amount)s 积分一个月内到期,可以先兑换。"), True),
    "hours.paused": (
        _("今年您答应了却没到场的服务满了次数,暂停接新任务。请点开说明情况,核实后恢复。"),
        True,
    ),
    "hours.pause_lifted": (_("已核实,您可以继续接任务了。"), False),
    "hours.expired": (_("您有 %(amount)s 积分已到期。"), False),
}
KEEPERS = (Role.STATION_STAFF, Role.INSTITUTE_STAFF, Role.CENTER_STAFF)


def tell_hours(fact: FactRow, at: datetime) -> None:
    """Tell the volunteer, who objected, and the desk that must look; each once a fact."""
    line = HERS.get(fact.kind)
    if line is None or fact.data.get("ledger", Ledger.MINUTES) not in (
        Ledger.MINUTES,
        *((Ledger.POINTS,) if "expir" in fact.kind else ()),
    ):
        return
    words, must_have = line
    if fact.person_id and fact.person_id != fact.by_id:
        _tell(fact, fact.person_id, words, HOURS, must_have, at)
    if fact.kind in ("hours.voided", "hours.upheld"):
        ends = Transfer.objects.filter(id=fact.data.get("transfer")).first()
        about = ends.settles_id if ends and ends.settles_id else fact.data.get("transfer")
        for said in Objection.objects.filter(transfer=about).exclude(by=fact.person_id):
            _tell(fact, said.by_id, _("您对「%(what)s」时长的异议有结果了。"), HOURS, False, at)
    if fact.kind == "hours.objected":
        _tell_desk(fact, at)


def _tell_desk(fact: FactRow, at: datetime) -> None:
    if fact.job_id is None:
        return
    job = Job.objects.select_related("place").get(id=fact.job_id)
    words = _("时长异议:「%(what)s」有人说不对,请查清后处理。")
    for person in staff_of(job.place.path, KEEPERS, at):
        if person.id not in (fact.by_id, fact.person_id):
            _tell(fact, person.id, words, DESK, True, at)


def _tell(
    fact: FactRow, person_id: UUID, words: Promise, link: str, must_have: bool, at: datetime
) -> None:
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        return
    jobs = Job.objects.select_related("kind")
    job = jobs.get(id=fact.job_id) if fact.job_id else None
    with translation.override(person.language):
        private = job is None or job.is_private
        amount = int(fact.data.get("amount", fact.data.get("minutes", 0)))
        text = str(words) % {
            "what": _say("一次服务") if private or job is None else job.kind.name,
            "amount": amount if "expir" in fact.kind else _say("%d分钟") % amount,
        }
    tell(
        person=person,
        kind=fact.kind[:40],
        key=f"{fact.id}:{person.id}",
        text=text,
        at=at,
        link=link,
        must_have=must_have,
        job_id=fact.job_id,
    )
