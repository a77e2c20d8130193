"""记录证明: the states of a certificate and the moves between them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """申请 → 经办 → 签字并公示 → 有效; it ends refused, withdrawn, revoked or replaced."""

    APPLIED = "applied", _("已申请")
    HANDLED = "handled", _("等负责人签字")
    POSTED = "posted", _("公示中")
    VALID = "valid", _("有效")
    REFUSED = "refused", _("不予出具")
    WITHDRAWN = "withdrawn", _("已撤回")
    REVOKED = "revoked", _("已撤销")
    SUPERSEDED = "superseded", _("已被新证明代替")


MOVES: dict[State, frozenset[State]] = {
    State.APPLIED: frozenset({State.HANDLED, State.REFUSED, State.WITHDRAWN}),
    State.HANDLED: frozenset({State.POSTED, State.REFUSED, State.WITHDRAWN}),
    State.POSTED: frozenset({State.VALID, State.REVOKED}),
    State.VALID: frozenset({State.REVOKED, State.SUPERSEDED}),
}
ASKED = (State.APPLIED, State.HANDLED)
REGISTERED = (State.POSTED, State.VALID, State.REVOKED, State.SUPERSEDED)


def may_become(now: State, then: State) -> bool:
    """Whether the move exists."""
    return then in MOVES.get(now, frozenset())
