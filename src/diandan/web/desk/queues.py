"""待办队列: what waits at a desk, each queue with its count and how much of it is late.

A queue is data: which states it holds and which letters act in it. The database counts all
queues of one noun in one question, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from diandan.flow.desks import jobs_at, requests_at
from diandan.flow.models import Clock
from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Place
from diandan.ground.places.queries import search
from diandan.kit.refusal import missing
from diandan.path.ask import queries as ask
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState as R
from diandan.path.assess import queries as assess
from diandan.path.assess.models import HotlineCase
from diandan.path.bundle import queries as bundle
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState as J
from diandan.path.fulfil.models import Incident
from diandan.path.grade.queries import follow_ups_for

from .sight import only_audits

SOON = timedelta(hours=4)
NEAR = 12
# Their desks own nothing: they look, or they walk.
LOOKERS = frozenset({Role.AUDITOR, Role.EXPERT, Role.GRID_WORKER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Queue:
    """One line of the rail. `bulk` are the verbs that may be done to many at once."""

    key: str
    label: str | Promise
    noun: str
    states: tuple[str, ...] = ()
    empty: str | Promise = ""
    bulk: tuple[str, ...] = ()
    is_private: bool = False
    newest: bool = False


QUEUES: tuple[Queue, ...] = (
    Queue(
        "placed",
        _("待受理"),
        "request",
        (R.PLACED,),
        _("居民点单后会出现在这里"),
        ("take_up", "return_order"),
    ),
    Queue(
        "design",
        _("待制单·集单"),
        "request",
        (R.TAKEN_UP,),
        _("受理后的点单在这里制单或合并"),
        ("arrange", "return_order"),
    ),
    Queue(
        "drafts",
        _("待提交"),
        "job",
        (J.DESIGNED, J.SENT_BACK),
        _("制好未提交、或被退回修改的服务单"),
        ("submit",),
    ),
    Queue(
        "review",
        _("待审核"),
        "job",
        (J.IN_REVIEW,),
        _("提交审核的服务单"),
        ("approve", "send_back"),
    ),
    Queue("dispatch", _("待派单"), "job", (J.READY,), _("制好的服务单在这里派给队伍"), ("offer",)),
    Queue("offered", _("等回复"), "job", (J.OFFERED,), _("派出去还没人接的服务单")),
    Queue("escalated", _("督办"), "job", (J.ESCALATED,), _("超时没人接、需要上级协调的")),
    Queue("running", _("进行中"), "job", (J.ENGAGED, J.ALLOCATED, J.SERVING), _("已有队伍接单的")),
    Queue("back", _("待回访"), "request", (R.SERVED, R.RATED), _("服务完成、等评价或回访的点单")),
    Queue("followups", _("回头办"), "followup", (), _("差评或不满意会由一位同事在这里跟进")),
    Queue("unmet", _("未办成台账"), "request", (R.UNMET,), _("暂时没人能办的,不会悄悄消失")),
    Queue(
        "returned", _("等群众补充"), "request", (R.RETURNED, R.REFUSED), _("退回补充或不受理的点单")
    ),
    Queue("hotline", _("热线"), "hotline", (), _("转给外部热线、还没办回来的")),
    Queue("whistles", _("吹哨待答"), "whistle", (), _("别的单位向本单位吹哨,要按时报到回复")),
    Queue("incidents", _("情况报告"), "incident", (), _("志愿者现场报告的情况")),
    Queue(
        "mediation",
        _("调解"),
        "request",
        (R.PLACED, R.TAKEN_UP, R.DISPUTED),
        _("只有当事人和调解员看得到"),
        is_private=True,
    ),
    Queue("latest", _("最新"), "request", tuple(R), _("居民点单后会出现在这里"), newest=True),
)
BY_KEY = {q.key: q for q in QUEUES}


def queue_of(key: str) -> Queue:
    """The queue with this key; a Refusal when there is none."""
    found = BY_KEY.get(key)
    if found is None:
        raise missing(gettext("没有这个队列。"))
    return found


def home_queue(subject: Request | Job) -> Queue:
    """The queue in which an order stands now, for coming to it from elsewhere."""
    noun = "request" if isinstance(subject, Request) else "job"
    private = isinstance(subject, Request) and subject.is_private
    for queue in QUEUES:
        if queue.noun == noun and subject.state in queue.states and queue.is_private == private:
            return queue
    return BY_KEY["placed"] if noun == "request" else BY_KEY["running"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the clerk narrowed the list to."""

    scope: str = "mine"
    kind: int | None = None
    place: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: QueryDict | Mapping[str, Any], by: Actor) -> Filters:
        """From an address; a scope nobody asked for is what this actor needs most."""
        kind, page = str(query.get("kind", "")), str(query.get("page", "1"))
        scope = str(query.get("scope", ""))
        return cls(
            scope=scope if scope in ("mine", "all") else default_scope(by),
            kind=int(kind) if kind.isdigit() else None,
            place=str(query.get("place", "")).strip()[:200],
            text=str(query.get("text", "")).strip()[:60],
            page=max(1, int(page)) if page.isdigit() else 1,
        )

    def address(self, by: Actor) -> str:
        """The query string that brings this list back, without a page."""
        asked = QueryDict(mutable=True)
        if self.scope != default_scope(by):
            asked["scope"] = self.scope
        for name in ("kind", "place", "text"):
            if getattr(self, name):
                asked[name] = str(getattr(self, name))
        return asked.urlencode()


def default_scope(by: Actor) -> str:
    """Who owns steps starts from her own; who only looks starts from all she may see."""
    return "mine" if any(g.role not in LOOKERS for g in by.grants) else "all"


def base(noun: str, by: Actor, scope: str) -> QuerySet[Any]:
    """Every row of a noun in scope, with `due`."""
    if noun == "request":
        rows = requests_at(by) if scope == "mine" else ask.visible(by)
        return rows.annotate(due=_due("request"))
    if noun == "job":
        jobs = jobs_at(by) if scope == "mine" else bundle.visible(by)
        return jobs.annotate(due=_due("job"))
    if noun == "followup":
        return follow_ups_for(by).annotate(due=F("due_at"))
    if noun == "whistle":
        return assess.whistles_for(by).annotate(due=F("due_at"))
    if noun == "hotline":
        out = (HotlineCase.State.QUEUED, HotlineCase.State.SENT)
        return assess.cases_for(by).filter(state__in=out).annotate(due=F("made_at"))
    return incidents_for(by).annotate(due=F("at"))


def incidents_for(by: Actor) -> QuerySet[Incident]:
    """Unsettled incidents on the jobs a worker may see."""
    return (
        Incident.objects.filter(job__in=bundle.visible(by), settled_at=None)
        .select_related("job", "job__place", "job__kind", "by")
        .order_by("-is_urgent", "at", "id")
    )


def rows_of(queue: Queue, by: Actor, filters: Filters) -> QuerySet[Any]:
    """The rows of a queue as filtered, the soonest due first."""
    rows = base(queue.noun, by, "all" if queue.newest else filters.scope)
    if queue.states:
        rows = rows.filter(state__in=queue.states)
    if queue.noun in ("request", "job"):
        if queue.noun == "request":
            rows = rows.filter(is_private=queue.is_private)
        rows = rows.select_related("place", "kind", "owner_place").order_by(
            F("due").asc(nulls_last=True), "promise_at", "id"
        )
    if queue.newest:
        rows = rows.order_by("-placed_at", "-id")
    if queue.noun == "request":
        rows = rows.select_related("requester", "placed_by", "first_owner")
    return _narrowed(rows, queue, by, filters)


def _narrowed(rows: QuerySet[Any], queue: Queue, by: Actor, filters: Filters) -> QuerySet[Any]:
    """Only what her filters ask for."""
    lead = {
        "followup": "request__",
        "whistle": "request__",
        "hotline": "request__",
        "incident": "job__",
    }
    head = lead.get(queue.noun, "")
    if filters.kind is not None:
        rows = rows.filter(**{f"{head}kind_id": filters.kind})
    if filters.place:
        inside = Q(pk__in=[])
        for path in paths_meant(filters.place, by):
            inside |= Q(**{f"{head}place__path__startswith": path})
        rows = rows.filter(inside)
    if filters.text:
        names = ["number"]
        if not only_audits(by):
            names += ["title", *(["words"] if head != "job__" and queue.noun != "job" else [])]
        words = Q(pk__in=[])
        for name in names:
            words |= Q(**{f"{head}{name}__icontains": filters.text})
        rows = rows.filter(words)
    return rows


def paths_meant(text: str, by: Actor) -> list[str]:
    """The subtrees a clerk narrows to: one named by its path, or all whose name or sound fits."""
    if text.startswith("/"):
        return [text]
    roots = Place.objects.filter(path__in=by.paths)
    return [row.path for root in roots for row in search(root, text, NEAR)]


@dataclass(slots=True)
class Tally:
    """How many wait in a queue, and how many of them are late or soon will be."""

    n: int = 0
    late: int = 0
    soon: int = 0


def tallies(by: Actor, at: datetime) -> dict[str, Tally]:
    """Every queue's count in the actor's own scope: one question a noun."""
    found = {q.key: Tally() for q in QUEUES}
    scope = default_scope(by)
    for noun in ("request", "job"):
        names = ("state", "is_private")
        counted = (
            base(noun, by, scope)
            .order_by()
            .values(*names)
            .annotate(
                n=Count("pk"),
                late=Count("pk", filter=Q(due__lt=at)),
                soon=Count("pk", filter=Q(due__gte=at, due__lt=at + SOON)),
            )
        )
        for row in counted:
            for queue in QUEUES:
                if queue.noun != noun or queue.newest or row["state"] not in queue.states:
                    continue
                if noun == "request" and queue.is_private != row["is_private"]:
                    continue
                tally = found[queue.key]
                tally.n += row["n"]
                tally.late += row["late"]
                tally.soon += row["soon"]
    for queue in QUEUES:
        if queue.noun in ("followup", "whistle"):
            found[queue.key] = Tally(
                **base(queue.noun, by, scope)
                .order_by()
                .aggregate(
                    n=Count("pk"),
                    late=Count("pk", filter=Q(due_at__lt=at)),
                    soon=Count("pk", filter=Q(due_at__gte=at, due_at__lt=at + SOON)),
                )
            )
        elif queue.noun in ("hotline", "incident"):
            found[queue.key] = Tally(n=base(queue.noun, by, scope).order_by().count())
    return found


def shown_to(by: Actor) -> list[Queue]:
    """The queues that make sense for her roles; mediators alone see 调解."""
    roles = {g.role for g in by.grants}
    mediates = Role.MEDIATOR in roles
    if roles == {Role.MEDIATOR}:
        return [q for q in QUEUES if q.is_private or q.key in ("back", "followups", "returned")]
    if roles == {Role.EXPERT}:
        return [BY_KEY["back"]]
    return [q for q in QUEUES if not q.is_private or mediates]


def works_here(by: Actor) -> bool:
    """Whether she may act at a desk at all; an auditor or expert only looks or judges."""
    return any(g.role in STAFF_ROLES for g in by.grants)


def _due(noun: str) -> Subquery:
    return Subquery(Clock.objects.filter(noun=noun, subject_id=OuterRef("pk")).values("due_at")[:1])
