"""权重: what each soft aim weighs, in one place and in integers. A place's weights are data.

The round's unit is a thousandth of a *point*; by default one point is a kilometre of travel, so
"2.5 points" reads "as bad as 2.5 km farther".
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from diandan.engine.reading import Reader

#: Costs are shown to people in points: cost / UNIT.
UNIT = 1000


@dataclass(frozen=True, slots=True)
class Weights:
    """Cost units for one step of each aim; 0 switches the aim off."""

    travel: int = 1  # a metre
    unknown_metres: int = 8000  # assumed where a position is unknown
    late: int = 20  # a minute after the promise
    turn: int = 100  # a day less since she was last asked …
    turn_days: int = 30  # … counted up to here
    stranger: int = 2000  # she has not served this resident before
    dissatisfied: int = 2  # a thousandth of satisfaction missing
    doubt: int = 3  # a thousandth of expected acceptance missing
    tired: int = 5  # a minute served this week
    load: int = 2500  # a task she has this week already
    worth: int = 0  # a unit of job.worth × person.rate gained (a gain, so it lowers the cost)

    @classmethod
    def read(cls, value: object) -> Weights:
        """From JSON; what is not said keeps its default."""
        reader = Reader(value if value is not None else {}, "weights")
        usual = cls()
        found = {
            field.name: reader.whole(field.name, getattr(usual, field.name), 0, 10**9)
            for field in fields(cls)
        }
        reader.end()
        return cls(**found)
