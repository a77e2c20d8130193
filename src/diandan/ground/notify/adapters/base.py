"""通道的约定: what the sender hands to an adapter, and how an adapter says it went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class NotSent(Exception):
    """Surely nothing went out. `for_good`: trying again will not help (a wrong number, a ban)."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery: `key` is the same at every try; `to` is the phone (E.164) or address."""

    key: str
    channel: str
    kind: str
    to: str
    text: str
    link: str
    at: datetime

    @property
    def local_phone(self) -> str:
        """The phone as mainland gateways want it, without +86."""
        return self.to.removeprefix("+86")


class Adapter(Protocol):
    """A way out. Any exception but `NotSent` leaves open whether the message arrived."""

    def send(self, parcel: Parcel) -> str:
        """Send, and return the other side's own number of the message, if it gives one."""
        ...

    def was_sent(self, parcel: Parcel) -> bool | None:
        """Whether an earlier try with this key arrived; None when this adapter cannot tell."""
        ...
