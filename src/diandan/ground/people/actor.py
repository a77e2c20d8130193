"""Actor: who is asking, with what she holds, gathered once at the door and passed down as `by`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from .models import Role

STAFF_ROLES = frozenset(
    {
        Role.GRID_WORKER,
        Role.STATION_STAFF,
        Role.INSTITUTE_STAFF,
        Role.CENTER_STAFF,
        Role.DISPATCHER,
        Role.CALLBACK_STAFF,
        Role.MEDIATOR,
        Role.ADMIN,
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in the subtree at `path`."""

    role: Role
    place_id: int
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the system itself (`person_id` None and `is_system`).

    `leads` are the teams she leads (leader or deputy), `member_of` all her teams; `scopes` is
    None for a person at a page and the token's scopes at the API. A partner is an outside system
    without a person: `partner_id` says which, and it acts only under `partner_path`.
    """

    person_id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    leads: frozenset[UUID] = frozenset()
    member_of: frozenset[UUID] = frozenset()
    is_volunteer: bool = False
    is_system: bool = False
    is_frozen: bool = False
    scopes: frozenset[str] | None = None
    partner_id: UUID | None = None
    partner_path: str = ""

    def is_partner_of(self, path: str) -> bool:
        """Whether this is an outside system that acts for the centre above the place at `path`."""
        return self.partner_id is not None and path.startswith(self.partner_path)

    def holds(self, roles: Iterable[Role], path: str) -> bool:
        """Whether one of `roles` is held at the place with `path` or above it."""
        wanted = set(roles)
        return any(g.role in wanted and path.startswith(g.path) for g in self.grants)

    @property
    def is_staff(self) -> bool:
        """Whether she works at any desk (auditors and experts have their own pages)."""
        return bool(self.grants)

    @property
    def paths(self) -> tuple[str, ...]:
        """The subtrees in which she holds any role, without those inside another."""
        all_paths = sorted({g.path for g in self.grants}, key=len)
        kept: list[str] = []
        for path in all_paths:
            if not any(path.startswith(k) for k in kept):
                kept.append(path)
        return tuple(kept)


SYSTEM = Actor(is_system=True)
