"""惠民券与礼遇: lists and reports, each figure counted from rows and from the ledger beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from diandan.ground.places.models import Place
from diandan.kit.units import local
from diandan.path.ledger.models import Account, Ledger

from .models import Batch, Benefit, BenefitUse, Giver, Voucher


@dataclass(frozen=True, slots=True)
class BatchReport:
    """Issued = claimed + left + lapsed unclaimed; claimed = used + held + lapsed."""

    batch: Batch
    issued: int
    claimed: int
    used: int
    lapsed: int
    left: int


def batches(centre: Place) -> list[BatchReport]:
    """Every batch with what became of it; `left` is the balance of the batch's own account."""
    rows = (
        Batch.objects.filter(centre=centre)
        .annotate(
            claimed=Count("vouchers"),
            used=Count("vouchers", filter=Q(vouchers__used_at__isnull=False)),
            lapsed=Count("vouchers", filter=Q(vouchers__lapsed_at__isnull=False)),
        )
        .order_by("-issued_at", "-id")
    )
    accounts = Account.objects.filter(
        centre=centre, ledger=Ledger.VOUCHERS, purpose__startswith="voucher-"
    )
    left = dict(accounts.values_list("purpose", "posted"))
    return [
        BatchReport(b, b.count, b.claimed, b.used, b.lapsed, left.get(f"voucher-{b.number}", 0))
        for b in rows
    ]


def claimable(centre: Place, at: datetime) -> list[Batch]:
    """Batches still in force, with where they are used."""
    today = local(at).date()
    rows = Batch.objects.filter(centre=centre, lapsed_at=None, until_on__gte=today)
    return list(rows.prefetch_related("givers").order_by("until_on", "id"))


def vouchers_of(person_id: UUID) -> list[Voucher]:
    """Her vouchers, the newest first."""
    rows = Voucher.objects.filter(person_id=person_id).select_related("batch", "used_where")
    return list(rows.prefetch_related("batch__givers").order_by("-claimed_at", "-id"))


def benefits(centre: Place, at: datetime) -> list[Benefit]:
    """What partners give now, by star and then by giver."""
    today = local(at).date()
    rows = Benefit.objects.filter(
        Q(from_on=None) | Q(from_on__lte=today),
        Q(until_on=None) | Q(until_on__gte=today),
        giver__centre=centre,
        giver__left_at=None,
        retired_at=None,
    )
    return list(rows.select_related("giver").order_by("star_min", "giver__name", "name", "id"))


def givers(centre: Place) -> QuerySet[Giver]:
    """Partners that give now."""
    return Giver.objects.filter(centre=centre, left_at=None).order_by("name", "id")


def uses_of(person_id: UUID) -> list[BenefitUse]:
    """What she used, the newest first."""
    rows = BenefitUse.objects.filter(person_id=person_id, used_at__isnull=False)
    return list(rows.select_related("benefit__giver").order_by("-used_at", "-id"))


def uses_in(centre: Place) -> QuerySet[BenefitUse]:
    """Every use in a centre, the newest first."""
    rows = BenefitUse.objects.filter(benefit__giver__centre=centre, used_at__isnull=False)
    return rows.select_related("benefit__giver", "person").order_by("-used_at", "-id")


def used_at_giver(giver: Giver, at: datetime) -> tuple[int, int]:
    """How many benefits and vouchers this counter took on the local day of `at`."""
    day = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        BenefitUse.objects.filter(benefit__giver=giver, used_at__gte=day).count(),
        Voucher.objects.filter(used_where=giver, used_at__gte=day).count(),
    )
