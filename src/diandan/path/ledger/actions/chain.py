"""存证链: the transfers of a centre, numbered after they committed and chained day by day."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from diandan.ground.record.actions.chain import START
from diandan.ground.record.lock import hold
from diandan.kit.units import local

from ..models import DayRoot, Transfer, TransferLink

LIMIT = 500


def link_new(*, at: datetime, limit: int = LIMIT) -> int:
    """Number what committed since, centre by centre, and close the days that are over."""
    waiting = Transfer.objects.filter(link=None)
    centres = sorted(set(waiting.values_list("centre_id", flat=True)))
    return sum(_link_centre(centre_id, limit) for centre_id in centres) + close_days(at=at)


@transaction.atomic
def _link_centre(centre_id: int, limit: int) -> int:
    hold(f"transfer chain:{centre_id}")
    last = TransferLink.objects.filter(centre_id=centre_id).order_by("-number").first()
    number = last.number if last else 0
    before = bytes(last.digest) if last else START
    rows = Transfer.objects.filter(centre_id=centre_id, link=None).order_by("at", "id")[:limit]
    links = []
    for row in rows:
        number += 1
        before = digest_of(row, number, before)
        links.append(TransferLink(transfer=row, centre_id=centre_id, number=number, digest=before))
    TransferLink.objects.bulk_create(links)
    return len(links)


def digest_of(row: Transfer, number: int, before: bytes) -> bytes:
    """SHA-256 over the link before and every column of the transfer, as canonical JSON."""
    moments = {"at": row.at, "notice_until": row.notice_until}
    said = {
        "number": number,
        **{name: _moment(value) for name, value in moments.items()},
        **{
            name: str(getattr(row, name) or "")
            for name in (
                *("id", "phase", "centre_id", "ledger", "debit_id", "credit_id", "amount"),
                *("reason", "settles_id", "corrects_id", "task_id", "fact_id", "by_id"),
            )
        },
        "data": row.data,
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else ""


@transaction.atomic
def close_days(*, at: datetime) -> int:
    """Keep, for each centre that has a chain, where it stood when yesterday ended. Once a day."""
    midnight = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = midnight.date() - timedelta(days=1)
    made = 0
    for centre_id in chained_centres():
        ended = TransferLink.objects.filter(centre_id=centre_id, transfer__at__lt=midnight)
        head = ended.order_by("-number").first()
        if head is None or _is_rooted(centre_id, yesterday, head.number):
            continue
        hold(f"transfer root:{centre_id}")
        _row, is_new = DayRoot.objects.get_or_create(
            centre_id=centre_id,
            on=yesterday,
            defaults={"number": head.number, "digest": head.digest, "made_at": at},
        )
        made += is_new
    return made


def _is_rooted(centre_id: int, on: date, number: int) -> bool:
    """Whether the day has its root, or nothing was added since the last one."""
    last = DayRoot.objects.filter(centre_id=centre_id).order_by("-on").first()
    return last is not None and (last.on >= on or last.number == number)


def chained_centres() -> list[int]:
    """Every centre that has a chain of transfers."""
    return sorted(set(TransferLink.objects.values_list("centre_id", flat=True)))


def broken_link(centre_id: int) -> int | None:
    """The number of the first link that does not hold, or None when all hold."""
    before, expected = START, 1
    links = (
        TransferLink.objects.filter(centre_id=centre_id)
        .select_related("transfer")
        .order_by("number")
    )
    kept = DayRoot.objects.filter(centre_id=centre_id)
    roots = {root.number: bytes(root.digest) for root in kept}
    for link in links.iterator(chunk_size=2000):
        good = digest_of(link.transfer, expected, before)
        wrong = link.number != expected or bytes(link.digest) != good
        if wrong or roots.pop(expected, good) != good:
            return expected
        before, expected = good, expected + 1
    return min(roots, default=None)
