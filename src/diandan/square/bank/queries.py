"""时间银行: reads. Balances come from the ledger's accounts; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from diandan.ground.people import queries as people
from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Reading
from diandan.ground.places.models import Place
from diandan.kit.refusal import missing
from diandan.path.ledger.actions.move import CLEARING, SOURCE, account_of
from diandan.path.ledger.models import Account, Ledger, Transfer

from .models import Application, Crossing, GroupSaver, Redemption, Relation, Saver

POOL = "pool"
FUND = "fund"
Phase = Transfer.Phase


def purse(person: Person, centre: Place, at: datetime) -> Account:
    """Her coins in this centre's books."""
    return account_of(person, centre=centre, ledger=Ledger.COINS, at=at)


def purse_seen(person: Person, centre: Place) -> Account | None:
    """Her account as a page reads it; None while she has none."""
    return Account.objects.filter(
        person=person, centre=centre, ledger=Ledger.COINS, owner=Account.Owner.PERSON
    ).first()


def till(centre: Place, purpose: str, at: datetime) -> Account:
    """The centre's own account: the pool of what was donated, the fund, the source, a clearing."""
    return account_of(None, centre=centre, ledger=Ledger.COINS, purpose=purpose, at=at)


def source(centre: Place, at: datetime) -> Account:
    """Where coins come from when saved and go to when used; below nought by what is out."""
    return till(centre, SOURCE, at)


def group_till(group: GroupSaver, at: datetime) -> Account:
    """A group's coins."""
    return till(group.centre, f"group:{group.id}", at)


def clearing(centre: Place, towards: Place, at: datetime) -> Account:
    """What `centre` owes `towards` for coins that left it (above nought), or is owed (below)."""
    return till(centre, f"{CLEARING}{towards.id}", at)


def saver_of(person_id: UUID, centre: Place) -> Saver | None:
    """Her membership in this centre's bank now."""
    return Saver.objects.filter(person_id=person_id, centre=centre, left_at=None).first()


def saved_when(person_id: UUID, centre: Place, at: datetime) -> bool:
    """Whether she had joined by `at` and not left by then."""
    return Saver.objects.filter(
        Q(left_at=None) | Q(left_at__gt=at), person_id=person_id, centre=centre, joined_at__lte=at
    ).exists()


def group_of(team_id: UUID) -> GroupSaver | None:
    """The team as a group saver."""
    return GroupSaver.objects.filter(team_id=team_id).select_related("centre", "team").first()


def stored(person_id: UUID, centre: Place) -> int:
    """Minutes on her account, those held included."""
    return (
        Account.objects.filter(
            person_id=person_id, centre=centre, ledger=Ledger.COINS, owner=Account.Owner.PERSON
        ).aggregate(sum=Sum("posted"))["sum"]
        or 0
    )


def relatives_of(
    person_id: UUID, centre: Place, kinds: Iterable[str] = Relation.values
) -> list[Application]:
    """Her relatives as an officer confirmed them."""
    return list(
        Application.objects.filter(
            kind=Application.Kind.RELATION,
            state=Application.State.GRANTED,
            person_id=person_id,
            centre=centre,
            relation__in=list(kinds),
        ).select_related("other")
    )


def is_elder(person_id: UUID, centre: Place) -> bool:
    """Whether she is among those the bank serves here, as an officer confirmed."""
    return Application.objects.filter(
        kind=Application.Kind.ELDER,
        state=Application.State.GRANTED,
        person_id=person_id,
        centre=centre,
    ).exists()


def redemption_of(request_id: UUID) -> Redemption | None:
    """The coins behind an order."""
    return (
        Redemption.objects.filter(request_id=request_id)
        .select_related("hold__debit", "hold__credit", "centre", "payer")
        .first()
    )


def redemptions_by(person_id: UUID) -> list[Redemption]:
    """Her orders paid with coins, the newest first."""
    return list(
        Redemption.objects.filter(payer_id=person_id)
        .select_related("request", "served")
        .order_by("-at", "-id")
    )


def application(application_id: UUID) -> Application:
    """One application, or a refusal."""
    row = (
        Application.objects.select_related("centre", "person__home", "other")
        .filter(id=application_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这件申请。"), "unknown_application")
    return row


def application_for_change(application_id: UUID) -> Application:
    """One application, locked."""
    row = (
        Application.objects.select_for_update(of=("self",))
        .select_related("centre", "person__home", "other")
        .filter(id=application_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这件申请。"), "unknown_application")
    return row


def applications_by(person_id: UUID) -> list[Application]:
    """What she asked of the bank, the newest first."""
    return list(
        Application.objects.filter(asked_by_id=person_id)
        .select_related("other")
        .order_by("-asked_at")
    )


def queue(paths: Iterable[str]) -> QuerySet[Application]:
    """What waits for an officer whose subtrees are `paths`: the centre's, or her own people's."""
    mine = Q(pk=None)
    for path in paths:
        mine |= Q(centre__path__startswith=path) | Q(
            kind__in=(Application.Kind.RELATION, Application.Kind.ELDER),
            person__home__path__startswith=path,
        )
    return (
        Application.objects.filter(mine)
        .select_related("centre", "person", "other", "asked_by", "checked_by")
        .order_by("asked_at", "id")
    )


@dataclass(frozen=True, slots=True)
class Papers:
    """Whole names and the number of the paper shown; that an officer read them is written down."""

    person: str
    other: str
    document: str


def papers_of(row: Application, *, reader: Actor, at: datetime) -> Papers:
    """For the officer who compares them with the originals in her hand."""
    why = f"bank {row.kind}"
    names = [
        people.name_for(one, reader=reader, at=at, why=why) if one else ""
        for one in (row.person, row.other)
    ]
    document = vault.unseal(row.person.wrapped_key, row.document_enc) if row.person else ""
    if document and row.person and reader.person_id != row.person_id:
        Reading.objects.create(
            person=row.person, reader_id=reader.person_id, field="document", why=why, at=at
        )
    return Papers(names[0], names[1], document)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of her book: what moved, which way, and what stood after it."""

    transfer: Transfer
    amount: int
    is_waiting: bool
    after: int


def lines_of(account: Account) -> list[Line]:
    """Every line of an account, the newest first, with the balance after each."""
    rows = (
        Transfer.objects.filter(Q(debit=account) | Q(credit=account))
        .exclude(phase=Phase.VOIDING)
        .exclude(phase=Phase.PENDING, settlement__isnull=False)
        .select_related("task__engagement__job__kind")
        .order_by("at", "id")
    )
    found: list[Line] = []
    balance = 0
    for row in rows:
        signed = row.amount if row.credit_id == account.id else -row.amount
        waiting = row.phase == Phase.PENDING
        balance += 0 if waiting else signed
        found.append(Line(row, signed, waiting, balance))
    return found[::-1]


def open_crossings(before: datetime) -> list[UUID]:
    """Crossings begun and not ended by `before`."""
    rows = Crossing.objects.filter(state=Crossing.State.OPEN, at__lte=before)
    return list(rows.order_by("at").values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Owed:
    """What this centre owes another for coins that were saved here and went there."""

    centre: Place
    out: int
    back: int
    net: int


def owed_by(centre: Place) -> list[Owed]:
    """One line for each other centre that coins went to or came from."""
    rows = Crossing.objects.filter(state=Crossing.State.POSTED)
    out = dict(
        rows.filter(from_centre=centre).values_list("to_centre").annotate(sum=Sum("minutes"))
    )
    back = dict(
        rows.filter(to_centre=centre).values_list("from_centre").annotate(sum=Sum("minutes"))
    )
    others = Place.objects.filter(id__in={*out, *back}).order_by("path")
    return [
        Owed(one, out.get(one.id, 0), back.get(one.id, 0), out.get(one.id, 0) - back.get(one.id, 0))
        for one in others
    ]
