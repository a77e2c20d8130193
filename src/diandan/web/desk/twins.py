"""并号核实: find a person's second record, compare, say why; another officer looks; she decides."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from diandan.ground.people import queries as people
from diandan.ground.people import vault
from diandan.ground.people.actions import merge_cases
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import clean_phone
from diandan.ground.people.merging import MergeCase
from diandan.ground.people.models import Person, Volunteer
from diandan.ground.people.policies import KEEPER_ROLES, keeps_person
from diandan.kit.refusal import Refusal, forbidden, missing
from diandan.web import door
from diandan.web.shared import twins

from . import frame

SHOWN = 50


def _keeper(request: HttpRequest) -> Actor:
    by = door.actor(request)
    if not any(g.role in KEEPER_ROLES for g in by.grants):
        raise forbidden(_("并号由实践站、所、中心的工作人员核实。"), "keepers_only")
    return by


@require_GET
@door.staff_only
def twins_board(request: HttpRequest) -> HttpResponse:
    """Cases that wait, a form to find one person, and what was ended lately."""
    return _board(request)


def _board(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by = _keeper(request)
    rows = [row for row in _cases(by) if keeps_person(by, row.kept)]
    return frame.plain(
        request,
        "desk/twins.html",
        "twins",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=failed.typed if failed else {},
        waiting=[_case(row) for row in rows if row.ended_at is None],
        done=[_case(row) for row in rows if row.ended_at is not None][:SHOWN],
    )


def _cases(by: Actor) -> list[MergeCase]:
    rows = MergeCase.objects.select_related("kept__home", "gone__home", "place")
    mine = [g.path for g in by.grants if g.role in KEEPER_ROLES]
    return [
        row
        for row in rows.order_by("-proposed_at")[: SHOWN * 4]
        if any(row.place.path.startswith(path) for path in mine)
    ]


def _case(row: MergeCase) -> dict[str, object]:
    return {
        "href": reverse("desk_twin_case", args=[row.id]),
        "who": people.masked_name(row.kept),
        "kept": people.masked_phone(row.kept),
        "gone": people.masked_phone(row.gone) or _("没有手机号"),
        "place": row.place.name,
        "at": row.proposed_at,
        "state": twins.state(row),
    }


@require_POST
@door.staff_only
def find(request: HttpRequest) -> HttpResponse:
    """By a phone or a volunteer's number, as she says it at the counter."""
    _keeper(request)

    def act() -> str:
        found = _found(request, request.POST.get("who", ""), "who")
        return f"{reverse('desk_twin_pair')}?kept={found.id}"

    return frame.act(request, "find", act, lambda failed: _board(request, failed))


def _found(request: HttpRequest, text: str, field: str) -> Person:
    """The record; one that is not in her places is not there for her."""
    by, words = door.actor(request), text.strip()
    volunteer = Volunteer.objects.filter(number__iexact=words[:20]).first() if words else None
    try:
        person = volunteer.person if volunteer else people.by_phone(clean_phone(words))
    except Refusal as no:
        raise Refusal("who", _("请填手机号或志愿者编号,例如 138 0000 0000。"), field=field) from no
    if person is None or not keeps_person(by, person):
        raise Refusal("nobody", _("本辖区没有这份记录,请核对号码。"), field=field)
    return person


@require_GET
@door.staff_only
def pair(request: HttpRequest) -> HttpResponse:
    """One record and those that bear the same name here; with two of them, the comparison."""
    return _pair(request)


def _pair(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by = _keeper(request)
    typed = failed.typed if failed else {}
    kept = _by_id(request.GET.get("kept") or typed.get("kept", ""), by)
    gone_id = request.GET.get("gone") or typed.get("gone", "")
    gone = _by_id(gone_id, by) if gone_id else None
    again = reverse("desk_twin_pair")
    others = [] if gone else [
        {**twins.record(row), "href": f"{again}?kept={kept.id}&gone={row.id}"}
        for row in _same_name(kept, by)
    ]  # fmt: skip
    swapped = f"{again}?kept={gone.id}&gone={kept.id}" if gone else ""
    return frame.plain(
        request,
        "desk/twin_pair.html",
        "twins",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=typed,
        kept=twins.record(kept),
        gone=twins.record(gone) if gone else None,
        others=others,
        moves=twins.would_move(gone) if gone else [],
        stays=twins.stays(gone) if gone else [],
        swapped=swapped,
    )


def _by_id(text: str, by: Actor) -> Person:
    try:
        person = Person.objects.select_related("home").filter(id=UUID(text)).first()
    except ValueError:
        person = None
    if person is None or not keeps_person(by, person):
        raise missing(_("本辖区没有这份记录。"), "no_such_person")
    return person


def _same_name(kept: Person, by: Actor) -> list[Person]:
    rows = Person.objects.select_related("home").filter(
        name_hash=kept.name_hash, frozen_at=None, home__isnull=False
    )
    return [
        row
        for row in rows.exclude(id=kept.id).exclude(name_hash="").order_by("id")[:SHOWN]
        if keeps_person(by, row)
    ]


@require_POST
@door.staff_only
def propose(request: HttpRequest) -> HttpResponse:
    """Say why they are one."""
    by, at = _keeper(request), door.now(request)

    def act() -> str:
        kept = _by_id(request.POST.get("kept", ""), by)
        gone = _by_id(request.POST.get("gone", ""), by)
        row = merge_cases.propose(
            kept=kept, gone=gone, why=request.POST.get("why", ""), by=by, at=at
        )
        frame.said(request, _("已提出,请另一位工作人员核对。"), f"twin-{kept.id}-{gone.id}")
        return reverse("desk_twin_case", args=[row.id])

    return frame.act(request, "propose", act, lambda failed: _pair(request, failed))


def _find_case(case_id: UUID, by: Actor) -> MergeCase:
    row = (
        MergeCase.objects.select_related("kept__home", "gone__home", "place")
        .filter(id=case_id)
        .first()
    )
    if row is None or not by.holds(KEEPER_ROLES, row.place.path):
        raise missing(_("没有找到这件并号。"), "no_such_case")
    return row


@require_GET
@door.staff_only
def case(request: HttpRequest, merge_case_id: UUID) -> HttpResponse:
    """One case: both records, the reason, what would move, and what she may do."""
    return _show(request, merge_case_id)


def _show(
    request: HttpRequest, merge_case_id: UUID, failed: frame.Failed | None = None
) -> HttpResponse:
    by = _keeper(request)
    row = _find_case(merge_case_id, by)
    open_now = row.ended_at is None
    return frame.plain(
        request,
        "desk/twin_case.html",
        "twins",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        id=row.id,
        kept=twins.record(row.kept),
        gone=twins.record(row.gone),
        moves=twins.would_move(row.gone) if open_now else [],
        stays=twins.stays(row.gone) if open_now else [],
        state=twins.state(row),
        why=vault.unseal(row.kept.wrapped_key, row.why_enc),
        at=row.proposed_at,
        free_from=row.free_from if open_now else None,
        may_decide=open_now and row.confirmed_at is None and by.person_id != row.proposed_by_id,
        may_withdraw=open_now and by.person_id == row.proposed_by_id,
    )


@require_POST
@door.staff_only
def do(request: HttpRequest, merge_case_id: UUID) -> HttpResponse:
    """Confirm or refuse as the second, or take it back as the first."""
    by, at = _keeper(request), door.now(request)
    _find_case(merge_case_id, by)
    verb = request.POST.get("verb", "")

    def act() -> str:
        if verb == "withdraw":
            merge_cases.withdraw(case_id=merge_case_id, by=by, at=at)
            frame.said(request, _("已撤回,两份记录都没有变化。"))
        elif verb in ("yes", "no"):
            merge_cases.decide(case_id=merge_case_id, is_one=verb == "yes", by=by, at=at)
            told = _("已核对,两份记录都已通知;公示期满由本人确认。")
            frame.said(request, told if verb == "yes" else _("已记下不通过,两份记录都没有变化。"))
        else:
            raise Refusal("unknown_verb", _("没有这个操作。"), status=404)
        return reverse("desk_twins")

    return frame.act(request, "case", act, lambda failed: _show(request, merge_case_id, failed))
