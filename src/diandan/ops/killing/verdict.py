"""事后查: what stands in the database after all the killing, and what the gateway counted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from diandan.flow.clocks import stage_of
from diandan.flow.models import Clock
from diandan.ground.notify.core import SMS
from diandan.ground.notify.models import Delivery, Message
from diandan.ground.record.actions.chain import chained_centres, verify_chain
from diandan.ground.record.models import FactFailed, FactRow, FactWaiting
from diandan.kit.clock import now
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Bond, Job
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement

from .callers import WORDS, Heard

LATE = timedelta(minutes=1)
UNSENT = (Delivery.State.WAITING, Delivery.State.SENDING)


def is_at_rest() -> bool:
    """Whether the worker has nothing to do now, and nothing that must arrive is still here."""
    at = now()
    here = Delivery.objects.filter(state__in=UNSENT)
    return not (
        FactWaiting.objects.exists()
        or Clock.objects.filter(due_at__lt=at).exists()
        or here.filter(Q(due_at__lte=at) | Q(message__must_have=True)).exists()
    )


def at_this_moment() -> dict[str, int]:
    """What lay in the worker's hands when it was killed."""
    return {
        "facts_waiting": FactWaiting.objects.count(),
        "messages_unsent": Delivery.objects.filter(state__in=UNSENT).count(),
        "messages_being_sent": Delivery.objects.filter(state=Delivery.State.SENDING).count(),
    }


def verdict(heard: Heard, orders: int, sent: Counter[str]) -> dict[str, Any]:
    """Every figure, and `wrong`: what does not hold, in words. Empty when all holds."""
    wrong = [*_requests(heard, orders), *_jobs(heard), *_notices(heard, sent)]
    wrong += [*_clocks(), *_record(), *heard.changed, *heard.odd]
    if not is_at_rest():
        wrong.append(f"后台工人没有赶上:{at_this_moment()}")
    later = Delivery.objects.filter(state__in=UNSENT).select_related("message")
    must = Delivery.objects.filter(channel=SMS, message__must_have=True)
    return {
        "requests": Request.objects.count(),
        "jobs": Job.objects.count(),
        "living_engagements": Engagement.objects.filter(ended_at=None).count(),
        "must_have_messages_sent": must.filter(state=Delivery.State.SENT).count(),
        "to_be_sent_later": [f"{d.message.kind} {d.state} {d.tries} {d.last_error}" for d in later],
        "sent_twice": sum(n > 1 for n in sent.values()),
        "clocks": Clock.objects.count(),
        "facts": FactRow.objects.count(),
        "wrong": wrong[:40],
    }


def _requests(heard: Heard, orders: int) -> list[str]:
    """每张点单 exactly once: what was acknowledged is there, and nothing beside it."""
    wrong = []
    if len(heard.placed) != orders:
        wrong.append(f"只有 {len(heard.placed)}/{orders} 张点单得到回答")
    if Request.objects.count() != orders:
        wrong.append(f"点单应为 {orders} 张,实为 {Request.objects.count()}")
    kept = {row.words: str(row.id) for row in Request.objects.all()}
    for number, told in heard.placed.items():
        if kept.get(WORDS.format(number)) != told:
            wrong.append(f"第 {number} 件回答过 {told},库里是 {kept.get(WORDS.format(number))}")
    placed = FactRow.objects.filter(kind="request.placed").count()
    return wrong + ([] if placed == orders else [f"点单的记录有 {placed} 条"])


def _jobs(heard: Heard) -> list[str]:
    """一单一队: each request one job, each job one team that was told yes, and one record of it."""
    wrong = []
    for row in Request.objects.all():
        bonds = Bond.objects.filter(request=row, left_at=None).count()
        if bonds != 1:
            wrong.append(f"{row.number} 在 {bonds} 张服务单里")
    for job in Job.objects.all():
        kept = list(Engagement.objects.filter(job=job, ended_at=None))
        yes = Offer.objects.filter(job=job, state=Offer.State.ACCEPTED).count()
        told = FactRow.objects.filter(job_id=job.id, kind="job.accepted").count()
        if (len(kept), yes, told) != (1, 1, 1):
            wrong.append(f"{job.number}:{len(kept)} 支队伍,{yes} 份接单,{told} 条记录")
        elif heard.accepted.get(str(job.id)) != str(kept[0].team_id):
            wrong.append(f"{job.number}:告诉过别的队伍接单成功")
    tasks = set(Engagement.objects.filter(tasks__isnull=False).values_list("job_id", flat=True))
    lost = heard.allocated - {str(i) for i in tasks}
    return wrong + [f"{each}:配单丢了" for each in sorted(lost)]


def _notices(heard: Heard, sent: Counter[str]) -> list[str]:
    """必达 exactly once: made once a reader, sent once; anything else at most once."""
    wrong = []
    for kind, jobs in (("job.accepted", heard.accepted), ("job.allocated", heard.allocated)):
        made = Message.objects.filter(kind=kind, must_have=True)
        by_job = dict(made.values_list("job_id").annotate(n=Count("pk")))
        found = {str(job): n for job, n in by_job.items()}
        wrong += [f"{kind} {j}:告知 {found.get(j, 0)} 次" for j in jobs if found.get(j) != 1]
    for row in Delivery.objects.filter(channel=SMS).select_related("message"):
        times = sent[str(row.id)]
        must = row.message.must_have
        if times > 1 or (must and (times, row.state) != (1, Delivery.State.SENT)):
            wrong.append(f"{row.message.kind} 的短信发了 {times} 次,记为 {row.state}")
    return wrong


def _clocks() -> list[str]:
    """时限: one for each order that has not ended, of its present state, and none overdue."""
    subjects: list[Request | Job] = [*Request.objects.all(), *Job.objects.all()]
    clocks = {clock.subject_id: clock for clock in Clock.objects.all()}
    wrong = [f"{c.noun} 的时限到点没有响" for c in clocks.values() if c.due_at < now() - LATE]
    for subject in subjects:
        clock = clocks.pop(subject.id, None)
        if stage_of(subject).ends:
            wrong += [f"{subject.number} 已结束还有时限"] if clock else []
        elif clock is None:
            wrong.append(f"{subject.number} 没有时限")
        elif (clock.state, clock.set_at) != (subject.state, subject.state_at):
            wrong.append(f"{subject.number} 的时限还是「{clock.state}」的")
    return wrong + [f"没有主人的时限 {key}" for key in clocks]


def _record() -> list[str]:
    """记录: nothing failed, nothing waits, and the chain holds from end to end."""
    wrong = [f"记录 {f.fact_id} 的 {f.handler} 没有做成" for f in FactFailed.objects.all()]
    broken = [c for c in chained_centres() if verify_chain(c) is not None]
    return wrong + [f"{centre} 的记录链断了" for centre in broken]
