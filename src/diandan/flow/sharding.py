"""分片: several dispatch processes over one database, each with centres of its own.

A centre's round looks at nothing of another's, so that who plans it changes nothing in the plan:
one process or ten, the results are the same (`tests/flow/test_shards.py`). Were two ever given the
same centre, the job's lock and the constraints of the offers keep every ask a single one.
"""

from __future__ import annotations

from dataclasses import dataclass

NAME = "dispatch"


class NotAShard(ValueError):
    """Not written as number/of, as in 2/3."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The `number`-th of `of` processes."""

    number: int = 1
    of: int = 1

    def has(self, centre_id: int) -> bool:
        """Whether this process plans that centre."""
        return centre_id % self.of == self.number - 1

    @property
    def name(self) -> str:
        """Under which it says that it lives."""
        return NAME if self.of == 1 else f"{NAME} {self.number}/{self.of}"

    @property
    def is_first(self) -> bool:
        """The first also does what is no single centre's."""
        return self.number == 1


def shards(count: int) -> list[Shard]:
    """All of them; at least one."""
    return [Shard(number, max(1, count)) for number in range(1, max(1, count) + 1)]


def shard_of(said: str) -> Shard:
    """`2/3` as a person writes it."""
    number, slash, of = said.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise NotAShard(said)
    return Shard(int(number), int(of))
