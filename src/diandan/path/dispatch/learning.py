"""接单预测: how likely a taker says yes to a kind of job, learnt from the place's own answers.

Beta-binomial shrinkage throughout, as in the replay's model (`engine/waves/acceptance.py`), without
its compiled half, so that a page may show it. A kind's rate is drawn towards everybody's. A taker's
*leaning* is the odds of her own answers over the odds of what everybody would have said to the same
kinds of asks; taker × kind is drawn towards what kind and leaning say together. A newcomer is
predicted like everybody, and one bad day is not a history.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

#: How many answers the wider group's rate weighs, at each step.
OF_ALL, OF_KIND, OF_TAKER, OF_BOTH = 4, 4, 4, 8
#: The chance of a yes, in thousandths, where nobody has ever answered.
FIRST_CHANCE = 500
#: Nobody is predicted to say surely no, or surely yes.
LEAST, MOST = 5, 995

#: 8 % do not come (the replay's presets), which weighs as much as four engagements.
USUAL_MISSES, MISSES_WEIGH = 0.08, 4

#: (yes, answers)
Counted = tuple[int, int]
NOTHING: Counted = (0, 0)


class Learnt:
    """What past answers teach; rows are (taker, kind, yeses, answers)."""

    def __init__(self, rows: Iterable[tuple[UUID, str, int, int]]) -> None:
        self._both: dict[tuple[UUID, str], Counted] = {}
        by_kind: dict[str, Counted] = {}
        everyone = NOTHING
        for taker, kind, yes, answers in rows:
            counted = yes, answers
            self._both[taker, kind] = _plus(self._both.get((taker, kind), NOTHING), counted)
            by_kind[kind] = _plus(by_kind.get(kind, NOTHING), counted)
            everyone = _plus(everyone, counted)
        self._overall = _drawn(everyone, FIRST_CHANCE / 1000, OF_ALL)
        self._kinds = {
            kind: _drawn(counted, self._overall, OF_KIND) for kind, counted in by_kind.items()
        }
        self._leaning = self._leanings()

    def chance(self, taker: UUID, kind: str) -> int:
        """The predicted thousandth of a yes."""
        rate = self._kinds.get(kind, self._overall)
        odds = rate / (1 - rate) * self._leaning.get(taker, 1.0)
        both = self._both.get((taker, kind), NOTHING)
        return min(MOST, max(LEAST, round(1000 * _drawn(both, odds / (1 + odds), OF_BOTH))))

    def _leanings(self) -> dict[UUID, float]:
        own: dict[UUID, Counted] = {}
        expected: dict[UUID, float] = {}
        for (taker, kind), counted in self._both.items():
            own[taker] = _plus(own.get(taker, NOTHING), counted)
            expected[taker] = expected.get(taker, 0.0) + counted[1] * self._kinds[kind]
        return {taker: self._leans(counted, expected[taker]) for taker, counted in own.items()}

    def _leans(self, own: Counted, expected: float) -> float:
        yes, answers = own
        more, less = OF_TAKER * self._overall, OF_TAKER * (1 - self._overall)
        said = (yes + more) / (answers - yes + less)
        others = (expected + more) / (answers - expected + less)
        return said / others


def rate_of(own: Counted, everyone: Counted) -> int:
    """The predicted thousandth of a yes of one taker, whatever the kind."""
    return round(1000 * _drawn(own, _drawn(everyone, FIRST_CHANCE / 1000, OF_ALL), OF_TAKER))


def comes(missed: int, engaged: int) -> float:
    """The chance that who said yes also comes: missed of engaged, drawn towards `USUAL_MISSES`."""
    return 1 - (missed + MISSES_WEIGH * USUAL_MISSES) / (engaged + MISSES_WEIGH)


def _drawn(counted: Counted, towards: float, weight: int) -> float:
    yes, answers = counted
    return (yes + weight * towards) / (answers + weight)


def _plus(one: Counted, other: Counted) -> Counted:
    return one[0] + other[0], one[1] + other[1]
