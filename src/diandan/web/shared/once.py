"""一次: a form that is sent twice (double click, reload, weak network) is one act.

Every mutating form carries `{% load once %}{% form_key %}`. The same key with the same words by
the same person gives the answer of the first time; with other words it is another act, because
she went back and wrote something new.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect

from diandan.ground.record.actions.replay import digest_of_asking, keep_answer, kept_answer
from diandan.web import door

SEE_OTHER = 303
KEY_MAX = 64
NOT_PART_OF_IT = ("csrfmiddlewaretoken", "form_key")


class SeeOther(HttpResponseRedirect):
    """Look there with GET, whatever brought you here."""

    status_code = SEE_OTHER


def once(request: HttpRequest, act: Callable[[], str]) -> SeeOther:
    """Do `act` unless this very form was done before; go to the address it gave.

    `act` and the memory of it are one transaction: a refused act leaves no memory, so the same
    form may be corrected and sent again.
    """
    digest = _digest(request)
    key = f"form:{digest}"
    if not digest:
        with transaction.atomic():
            return SeeOther(act())
    with transaction.atomic():
        before = kept_answer(key, digest)
        if before is not None:
            return SeeOther(before.body)
        address = act()
        keep_answer(key, digest, status=SEE_OTHER, body=address, at=door.now(request))
    return SeeOther(address)


def done_before(request: HttpRequest) -> SeeOther | None:
    """The answer this form had already, for a view that must ask before it uses up a code."""
    digest = _digest(request)
    key = f"form:{digest}"
    if not digest:
        return None
    with transaction.atomic():
        before = kept_answer(key, digest)
    return SeeOther(before.body) if before is not None else None


def _digest(request: HttpRequest) -> str:
    given = request.POST.get("form_key", "")[:KEY_MAX]
    if not given:
        return ""
    words = [
        f"{name}={value}"
        for name in sorted(request.POST)
        if name not in NOT_PART_OF_IT
        for value in request.POST.getlist(name)
    ]
    return digest_of_asking(given, request.path, *words)
