"""查账: everything on the books, worked out again from what was seen; each fault in words.

The checks are a list of functions: anybody can read them one by one, and run them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from diandan.ground.record.models import FactHandled
from diandan.kit.units import local
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Doubt

from .actions.chain import broken_link, chained_centres
from .core import Presence, count
from .models import Account, Confirmation, Grade, Ledger, Objection, Reason, Transfer
from .proving import Session, evidence_of, presence_of, session_of
from .rulebook import named, rules_for
from .witnesses import (
    Bad,
    merges_were_hers,
    notices_were_whole,
    ratings_were_heard,
    rules_were_ahead,
    second_people_spoke,
    visits_were_heard,
    years_are_sums,
)

Phase = Transfer.Phase
MOVED = (Phase.DIRECT, Phase.POSTING)
SERVED = ("job.served", "job.checked_out")


Check = Callable[[str], Iterator[Bad]]


def bad_rows(handler: str) -> Iterator[Bad]:
    """Every fault, in the order of the checks. `handler` is what earns when a job is served."""
    for check in CHECKS:
        yield from check(handler)


def chain_holds(_handler: str) -> Iterator[Bad]:
    """No transfer was changed, put in or taken out after it was numbered."""
    for centre_id in chained_centres():
        number = broken_link(centre_id)
        if number is not None:
            words = _("中心 %(centre)d 的账链从第 %(number)d 笔起对不上:这一笔被改过、插入或删去")
            yield Bad(
                "chain",
                f"{centre_id}/{number}",
                words % {"centre": centre_id, "number": number},
            )


def balances_are_sums(_handler: str) -> Iterator[Bad]:
    """The running balances the database keeps equal the sums over the transfers."""
    moved, waits = Q(phase__in=MOVED), Q(phase=Phase.PENDING, settlement=None)
    sums = {
        name: dict(Transfer.objects.filter(where).values_list(side).annotate(total=Sum("amount")))
        for name, side, where in (
            ("in", "credit", moved),
            ("out", "debit", moved),
            ("coming", "credit", waits),
            ("held", "debit", waits),
        )
    }
    for row in Account.objects.order_by("opened_at", "id").iterator():
        got = {name: totals.get(row.id, 0) for name, totals in sums.items()}
        posted = got["in"] - got["out"]
        if (row.posted, row.coming, row.held) != (posted, got["coming"], got["held"]):
            words = _("账户余额写着 %(said)d,逐笔相加是 %(sum)d")
            yield Bad("balance", str(row.id), words % {"said": row.posted, "sum": posted})


def ledgers_are_nought(_handler: str) -> Iterator[Bad]:
    """What all hold of one book of one centre adds up to nothing."""
    books = Account.objects.values_list("centre_id", "ledger", "grade").annotate(sum=Sum("posted"))
    for centre_id, ledger, grade, total in books.order_by("centre_id", "ledger", "grade"):
        if total:
            words = _("中心 %(centre)d 的“%(ledger)s”账不平,差 %(off)d")
            what = {"centre": centre_id, "ledger": Ledger(ledger).label, "off": total}
            yield Bad("zero", f"{centre_id}/{ledger}/{grade}", words % what)


def floors_hold(_handler: str) -> Iterator[Bad]:
    """Nobody has given more than she had."""
    for row in Account.objects.filter(has_floor=True, posted__lt=F("held")).order_by("id"):
        words = _("账户透支:余额 %(posted)d,占用 %(held)d")
        yield Bad("floor", str(row.id), words % {"posted": row.posted, "held": row.held})


def books_are_apart(_handler: str) -> Iterator[Bad]:
    """Every transfer stays in one ledger and grade of one centre."""
    crossed = Transfer.objects.exclude(
        debit__ledger=F("ledger"),
        credit__ledger=F("ledger"),
        debit__centre=F("centre"),
        credit__centre=F("centre"),
        debit__grade=F("credit__grade"),
    )
    for row in crossed.order_by("at", "id"):
        yield Bad("apart", str(row.id), _("这一笔跨了两本账"))


def postings_waited(_handler: str) -> Iterator[Bad]:
    """What was posted stood its notice, with no objection open then, and two people if declared."""
    rows = Transfer.objects.filter(phase=Phase.POSTING).select_related("settles", "credit")
    for row in rows.order_by("at", "id").iterator():
        pending = row.settles
        assert pending is not None
        if pending.notice_until and row.at < pending.notice_until:
            yield Bad("notice", str(row.id), _("公示没有满就入账了"))
        objected = Objection.objects.filter(
            Q(settled_at=None) | Q(settled_at__gt=row.at) | Q(is_upheld=True),
            transfer__task=row.task_id,
            at__lte=row.at,
        )
        if row.task_id and objected.exists():
            yield Bad("objection", str(row.id), _("有异议没有处理,或异议成立,却入账了"))
        if row.reason == Reason.SERVICE and row.credit.grade == Grade.DECLARED:
            stood = Confirmation.objects.filter(task=row.task_id, at__lte=row.at)
            if not stood.exclude(by=row.credit.person_id).exists():
                yield Bad("second", str(row.id), _("补录的时长没有第二个人核对就入账了"))


def services_were_seen(_handler: str) -> Iterator[Bad]:
    """Every service on the books is worked out again from the attendance behind it."""
    rows = Transfer.objects.filter(reason=Reason.SERVICE, phase__in=(Phase.PENDING, Phase.DIRECT))
    related = (
        *("credit", "debit", "task__attendance", "task__person"),
        *("task__engagement__job__item", "task__engagement__job__kind", "task__engagement__offer"),
    )
    for row in rows.select_related(*related).order_by("at", "id").iterator():
        words = _unseen(row)
        if words:
            yield Bad("service", str(row.id), words)


def _unseen(row: Transfer) -> str:
    """What is wrong with one service on the books; empty when it holds."""
    task = row.task
    session = session_of(task) if task else None
    if task is None or session is None or row.phase == Phase.DIRECT:
        return _("没有签到签退,却记了时长")
    item = task.engagement.job.item
    faults = (
        (row.credit.person_id != task.person_id, _("记在了别人名下")),
        (row.debit.owner != Account.Owner.SYSTEM, _("时长不是从服务来的,是从别的账户转来的")),
        (item is not None and item.is_paid, _("便民低偿的活不记时长")),
    )
    return next((words for is_so, words in faults if is_so), "") or _miscounted(row, session)


def _miscounted(row: Transfer, session: Session) -> str:
    """Where the arithmetic kept with the row is not what the rules give."""
    rules = named(row.data.get("rules", ""))
    if rules is None:
        return _("记时用的规则不认识")
    given = row.data.get("given", {})
    known = set(asdict(Presence(0, 0)))
    if not {"minutes", "planned"} <= set(given) <= known:
        return _("没有写明怎么算出来的")
    if (given["minutes"], given["planned"]) != (
        session.minutes,
        session.task.engagement.job.minutes,
    ):
        return _("写的是到场 %(said)s 分钟,签到签退算出来是 %(seen)d 分钟") % {
            "said": given["minutes"],
            "seen": session.minutes,
        }
    counted = count(rules, Presence(**given))
    right = counted.minutes if row.ledger == Ledger.MINUTES else counted.points
    if right != row.amount:
        return _("按规则应是 %(right)d,账上是 %(said)d") % {"right": right, "said": row.amount}
    if row.credit.grade == Grade.VERIFIED:
        missing = evidence_of(session, row.at).missing
        if missing:
            return _("记成了已核实,但缺:%(what)s") % {"what": ", ".join(missing)}
    return ""


def services_are_counted_once(_handler: str) -> Iterator[Bad]:
    """One session stands at most once in each ledger."""
    living = Transfer.objects.filter(
        phase=Phase.PENDING, reason=Reason.SERVICE, task__isnull=False
    ).exclude(settlement__phase=Phase.VOIDING)
    met: set[tuple[object, str]] = set()
    for row in living.order_by("at", "id").iterator():
        if (row.task_id, row.ledger) in met:
            yield Bad("once", str(row.id), _("同一次服务记了两次"))
        met.add((row.task_id, row.ledger))


def nobody_is_forgotten(handler: str) -> Iterator[Bad]:
    """Who served and left has it on the books, unless the rules count nothing."""
    handled = FactHandled.objects.filter(handler=handler, fact__kind__in=SERVED)
    jobs = {job_id for job_id in handled.values_list("fact__job_id", flat=True) if job_id}
    entered = set(Transfer.objects.exclude(task=None).values_list("task_id", flat=True))
    tasks = (
        Task.objects.filter(
            engagement__job_id__in=jobs,
            engagement__job__state__in=("served", "closed"),
            attendance__out_at__isnull=False,
        )
        .exclude(id__in=entered)
        .exclude(doubts__outcome=Doubt.Outcome.VOIDED)
        .select_related(
            *("attendance", "person", "engagement__job__centre"),
            *("engagement__job__item", "engagement__job__kind"),
        )
    )
    for task in tasks.order_by("state_at", "id"):
        session = session_of(task)
        item = task.engagement.job.item
        if session is None or (item is not None and item.is_paid):
            continue
        minutes = session.minutes
        rules = rules_for(task.engagement.job.centre, local(session.begun_at).date())
        if not count(rules, presence_of(session, rules)).minutes:
            continue  # so short a stay counts nothing here, or the day was full
        words = _("服务了 %(minutes)d 分钟,账上没有") % {"minutes": minutes}
        yield Bad("forgotten", str(task.id), words)


CHECKS: tuple[Check, ...] = (
    chain_holds,
    balances_are_sums,
    ledgers_are_nought,
    floors_hold,
    books_are_apart,
    postings_waited,
    services_were_seen,
    services_are_counted_once,
    nobody_is_forgotten,
    visits_were_heard,
    ratings_were_heard,
    second_people_spoke,
    merges_were_hers,
    rules_were_ahead,
    years_are_sums,
    notices_were_whole,
)
