"""点单: the states of a request and every move the house allows; a template uses a part of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """Where one resident's need stands. While ARRANGED it mirrors its job."""

    PLACED = "placed", _("已收到")
    TAKEN_UP = "taken_up", _("正在安排")
    ARRANGED = "arranged", _("已安排")
    HANDED_OVER = "handed_over", _("已转交外部热线")
    RETURNED = "returned", _("请补充")
    REFUSED = "refused", _("不受理")
    WITHDRAWN = "withdrawn", _("已撤回")
    UNMET = "unmet", _("暂时无人能办")
    SERVED = "served", _("服务完成,请您评价")
    RATED = "rated", _("已评价")
    DISPUTED = "disputed", _("正在回头办")
    CLOSED = "closed", _("已办结")


S = RequestState

# verb -> (states it may start from, state it leads to)
REQUEST_MOVES: dict[str, tuple[frozenset[RequestState], RequestState]] = {
    "take_up": (frozenset({S.PLACED}), S.TAKEN_UP),
    "return_order": (frozenset({S.PLACED, S.TAKEN_UP}), S.RETURNED),
    "resubmit": (frozenset({S.RETURNED}), S.PLACED),
    "refuse": (frozenset({S.PLACED, S.TAKEN_UP, S.RETURNED}), S.REFUSED),
    "pass_up": (frozenset({S.PLACED, S.TAKEN_UP}), S.PLACED),
    "arrange": (frozenset({S.PLACED, S.TAKEN_UP}), S.ARRANGED),
    "unarrange": (frozenset({S.ARRANGED}), S.TAKEN_UP),
    "hand_over": (frozenset({S.PLACED, S.TAKEN_UP}), S.HANDED_OVER),
    "take_back": (frozenset({S.HANDED_OVER}), S.TAKEN_UP),
    "mark_unmet": (frozenset({S.PLACED, S.TAKEN_UP, S.ARRANGED}), S.UNMET),
    "withdraw": (
        frozenset({S.PLACED, S.TAKEN_UP, S.ARRANGED, S.RETURNED, S.HANDED_OVER, S.UNMET}),
        S.WITHDRAWN,
    ),
    "finish": (frozenset({S.ARRANGED, S.HANDED_OVER}), S.SERVED),
    "settle": (frozenset({S.TAKEN_UP, S.DISPUTED}), S.SERVED),
    "rate": (frozenset({S.SERVED}), S.RATED),
    "dispute": (frozenset({S.SERVED, S.RATED, S.CLOSED}), S.DISPUTED),
    "reopen": (
        frozenset({S.SERVED, S.RATED, S.DISPUTED, S.CLOSED, S.UNMET, S.REFUSED}),
        S.PLACED,
    ),
    "close": (
        frozenset({S.SERVED, S.RATED, S.DISPUTED, S.UNMET, S.RETURNED, S.REFUSED}),
        S.CLOSED,
    ),
}

# Nothing waits on anyone any more. CLOSED and WITHDRAWN end a life; a reopen starts another.
REQUEST_ENDS = frozenset({S.WITHDRAWN, S.CLOSED, S.REFUSED})
