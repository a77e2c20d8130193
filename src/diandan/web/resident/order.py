"""点单: say it, see what was understood, say when; then a number and a promise.

Two screens without scripts: the front page's one field, and this form with everything proposed.
Nothing typed is lost: every refusal comes back on the same form.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diandan.flow.conductor import place_request
from diandan.ground.people import queries as people
from diandan.ground.people.actions.proxy import person_for_proxy
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent, Person
from diandan.kit.refusal import Refusal
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Urgency
from diandan.web import door
from diandan.web.resident import first, guest
from diandan.web.resident.forms import FamilyForm, GuestForm, OrderForm
from diandan.web.resident.here import here, remember_site
from diandan.web.resident.page import page
from diandan.web.resident.proposal import Draft, draft_of
from diandan.web.shared.once import SeeOther, done_before, once

FIRST_SCREEN = "first"


@require_POST
def propose_now(request: HttpRequest) -> HttpResponse:
    """The chips for what she has typed so far; asked for by ask.js while she types."""
    where = here(request)
    if where.centre is None:
        return HttpResponse()
    draft = draft_of(request, where, request.POST)
    return render(request, "resident/proposal.html", {"draft": draft, "promise": draft.promise})


@require_http_methods(["GET", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """The second screen, for herself: with her account, or with a phone and a code."""
    signed_in = door.actor(request).person_id is not None
    return _order(request, OrderForm if signed_in else GuestForm)


@require_http_methods(["GET", "POST"])
@door.signed_in
def family(request: HttpRequest) -> HttpResponse:
    """The same, for somebody of her family or next door, who agreed."""
    return _order(request, FamilyForm)


def _order(request: HttpRequest, form_class: type[OrderForm]) -> HttpResponse:
    where = here(request)
    where.must_centre()
    if request.POST.get("step") == FIRST_SCREEN:
        return SeeOther(f"{request.path}?{urlencode({'draft': first.keep(request)})}")
    is_get = request.method == "GET"
    waits = guest.waiting(request) if is_get and form_class is GuestForm else None
    if waits is not None:
        return _ask_code(request, waits, draft_of(request, where, waits.data))
    draft = draft_of(request, where, first.kept(request) if is_get else request.POST)
    if is_get:
        return _page(request, form_class(initial=draft.initial(request)), draft)
    form = form_class(request.POST)
    before = done_before(request)
    if before is not None:
        return before
    answer = _try(request, form, draft)
    if isinstance(answer, SeeOther):
        first.forget(request)
        guest.forget(request)
        if draft.place is not None:
            remember_site(answer, draft.place)
        return answer
    if answer:  # a code is on its way: the page that asks for it has an address of its own
        return SeeOther(f"{request.path}?{urlencode({'code': guest.wait(request, answer)})}")
    return _page(request, form, draft)


def _ask_code(request: HttpRequest, waits: guest.Waiting, draft: Draft) -> HttpResponse:
    """The same form, and the field for the code; reached by GET, so going back asks nothing."""
    form = GuestForm(waits.data)
    form.is_valid()
    return _page(request, form, draft, note=waits.note)


def _try(request: HttpRequest, form: OrderForm, draft: Draft) -> SeeOther | str:
    """Place it and go on, or put the refusal on the form; the sentence is a note, not an error."""
    valid = form.is_valid()
    try:
        draft.check()
    except Refusal as refusal:
        form.refuse(refusal)
        valid = False
    if not valid:
        return ""
    try:
        wish = _wish(request, form, draft)
        if isinstance(form, GuestForm):
            phone = guest.proven_phone(request, form)
            if not phone:
                return guest.send(request, form)
            who = guest.person_of(request, form, phone)
            by = people.actor_for(who.id, door.now(request))
            answer = once(request, lambda: _place(request, wish, who, by))
            guest.remember(request, phone, answer.url.split("/")[2])
            return answer
        if isinstance(form, FamilyForm):
            return once(request, lambda: _place_for(request, form, wish))
        return once(request, lambda: _place(request, wish, door.me(request), door.actor(request)))
    except Refusal as refusal:
        before = done_before(request)
        if before is not None:
            return before
        form.refuse(refusal)
        draft.learn(refusal)
        return ""


def _wish(request: HttpRequest, form: OrderForm, draft: Draft) -> Wish:
    data = form.cleaned_data
    assert draft.kind is not None
    assert draft.place is not None
    begins, ends = form.window(door.now(request))
    if draft.item is not None and draft.item.starts_at is not None:
        begins = draft.item.starts_at
        ends = begins + timedelta(minutes=draft.item.kind.minutes)
    return Wish(
        words=data["words"],
        kind=draft.kind,
        place=draft.place,
        channel=Channel.FAMILY if isinstance(form, FamilyForm) else Channel.WEB,
        item=draft.item,
        urgency=Urgency(data["urgency"] or Urgency.NORMAL),
        people_count=data["people_count"],
        wanted_from=begins,
        wanted_until=ends,
        street=data["street"],
        door=data["door"],
        may_come=data["may_come"],
    )


def _place(request: HttpRequest, wish: Wish, who: Person, by: Actor) -> str:
    row = place_request(wish=wish, requester=who, by=by, at=door.now(request))
    return f"/r/{row.follow_key}/done"


def _place_for(request: HttpRequest, form: FamilyForm, wish: Wish) -> str:
    data = form.cleaned_data
    at, by = door.now(request), door.actor(request)
    who = person_for_proxy(
        name=data["who"],
        phone=data["who_phone"],
        home=wish.place,
        at=at,
        by=by,
        consent_note=data["consent_note"],
        how="family",
        door=wish.door,
    )
    given = (c for c in people.consents_of(who.id) if c.about == Consent.About.PROXY_ORDER)
    wish = replace(wish, consent=next(given), read_back=bool(data["read_back"]))
    return _place(request, wish, who, by)


def _page(request: HttpRequest, form: OrderForm, draft: Draft, note: str = "") -> HttpResponse:
    code_sent = bool(note) or bool(form.is_bound and form.data.get("code_sent"))
    _lead(form, code_sent=code_sent)
    context = {
        "form": form,
        "draft": draft,
        "promise": draft.promise,
        "is_private": draft.is_private,
        "chips": draft.chips(form),
        "mode": type(form).__name__.removesuffix("Form").lower(),
        "note": note,
        "code_sent": code_sent,
        "refused": form.is_bound and bool(form.errors),
        "title": _("替家人点单") if isinstance(form, FamilyForm) else _("说说细节"),
        "proven": guest.has_proof(form),
        "login_next": f"/order?{_said(draft)}",
    }
    return page(request, "order", context, status=422 if context["refused"] else 200)


def _said(draft: Draft) -> str:
    """What she said so far, to come back to after signing in."""
    said = {
        "words": draft.words,
        "kind": draft.kind.code if draft.kind else "",
        "item": str(draft.item.id) if draft.item else "",
    }
    return urlencode({name: value for name, value in said.items() if value})


def _lead(form: OrderForm, *, code_sent: bool) -> None:
    """Put the cursor where the next thing is to be done: the first fault, else the code."""
    wrong = [name for name in form.fields if form.is_bound and form.errors.get(name)]
    if code_sent and "code" in form.fields:
        form.fields["code"].required = True
    if wrong:
        form.fields[wrong[0]].widget.attrs["autofocus"] = True
    elif code_sent and "code" in form.fields:
        form.fields["code"].widget.attrs["autofocus"] = True
