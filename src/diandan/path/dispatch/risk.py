"""备勤的理由: why one job should have a second team standing by, as codes. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from .learning import MISSES_WEIGH

#: A visit within a day cannot be staffed anew at leisure.
SOON_MINUTES = 24 * 60
#: A yes that was this unlikely (in thousandths) is often taken back.
UNSURE_CHANCE = 300
#: A team that gave back more than this share (in thousandths) of what it took, drawn towards
#: `USUAL_DROPS` by `MISSES_WEIGH` engagements, so that one bad day is not a history.
OFTEN_DROPS, USUAL_DROPS = 200, 80
#: So many teams are asked to stand by for one engagement, one after the other, and no more.
ASKED_MOST = 3
#: A team has so long to say whether it stands by, at most; a quarter of what is left when near.
ANSWER_MOST, ANSWER_LEAST = 4 * 60, 15


@dataclass(frozen=True, slots=True)
class Standing:
    """One engaged job as the risk sees it. `starts_in`: minutes, None when not agreed yet.

    `chance` is the predicted thousandth of the yes it got; `dropped` of `engaged` engagements
    its team has given back.
    """

    starts_in: int | None
    is_urgent: bool
    needs_two: bool
    chance: int
    dropped: int = 0
    engaged: int = 0


def backup_reasons(job: Standing) -> tuple[str, ...]:
    """Why somebody should stand by; empty when nobody need, or when the hour has come already."""
    if job.starts_in is not None and job.starts_in <= 0:
        return ()
    drops = (job.dropped * 1000 + MISSES_WEIGH * USUAL_DROPS) // (job.engaged + MISSES_WEIGH)
    told = {
        "soon": job.starts_in is not None and job.starts_in <= SOON_MINUTES,
        "urgent": job.is_urgent,
        "two_person": job.needs_two,
        "unsure": job.chance < UNSURE_CHANCE,
        "drops_out": drops > OFTEN_DROPS,
    }
    return tuple(code for code, holds in told.items() if holds)


def answer_minutes(starts_in: int | None) -> int:
    """How long a team may think about standing by."""
    if starts_in is None:
        return ANSWER_MOST
    return max(min(ANSWER_LEAST, starts_in), min(ANSWER_MOST, starts_in // 4))
