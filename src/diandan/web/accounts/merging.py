"""并号: two records that are both hers become one, by her own act."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people import queries
from diandan.ground.people.actions import codes, merge, merge_cases
from diandan.ground.people.core import clean_phone, mask_phone
from diandan.ground.people.merging import MergeCase
from diandan.ground.people.models import Person, PersonMerge
from diandan.kit.refusal import Refusal
from diandan.web import door
from diandan.web.accounts.send import reaches_phones
from diandan.web.accounts.sign_in import ask
from diandan.web.shared import twins
from diandan.web.shared.once import SeeOther, once

HERE = "/me/merge"
PROOF_SECONDS = 10 * 60


@require_http_methods(["GET"])
@door.signed_in
def merging(request: HttpRequest) -> HttpResponse:
    """What officers found about her, what was joined, and the way with two phones."""
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    phone: str = "",
    step: str = "phone",
    gone: Person | None = None,
    error: Refusal | None = None,
) -> HttpResponse:
    me, at = door.me(request), door.now(request)
    rows = (
        MergeCase.objects.filter(Q(kept=me) | Q(gone=me), ended_at=None)
        .select_related("kept__home", "gone__home")
        .order_by("proposed_at")
    )
    context = {
        "cases": [_case(row, me, at) for row in rows if row.confirmed_at is not None],
        "joined": [
            {"at": row.at, "phone": queries.masked_phone(row.gone)}
            for row in PersonMerge.objects.filter(kept=me).select_related("gone")
        ],
        "phone": phone,
        "step": step,
        "error": error,
        "moves": twins.would_move(gone) if gone else [],
        "stays": twins.stays(gone) if gone else [],
        "proof": _sealed(me, phone) if gone else "",
        "phone_said": mask_phone(phone) if phone else "",
        "reaches_phones": reaches_phones(),
    }
    return render(request, "accounts/merging.html", context, status=error.status if error else 200)


def _sealed(me: Person, phone: str) -> str:
    """That she proved this phone a moment ago, from one step of the form to the next."""
    return signing.dumps([str(me.id), phone], salt=HERE, compress=True)


def _proven(request: HttpRequest, me: Person) -> str:
    try:
        who, phone = signing.loads(request.POST["proof"], salt=HERE, max_age=PROOF_SECONDS)
    except (signing.BadSignature, KeyError) as bad:
        raise Refusal("stale_proof", _("时间太久了,请重新获取验证码。"), field="phone") from bad
    if who != str(me.id):
        raise Refusal("stale_proof", _("时间太久了,请重新获取验证码。"), field="phone")
    return str(phone)


def _case(row: MergeCase, me: Person, at: Any) -> dict[str, Any]:
    hers = row.kept_id == me.id
    return {
        "id": row.id,
        "is_kept": hers,
        "other": queries.masked_phone(row.gone if hers else row.kept) or _("没有手机号"),
        "moves": twins.would_move(row.gone),
        "stays": twins.stays(row.gone),
        "free_from": row.free_from,
        "may_join": hers and row.free_from is not None and at >= row.free_from,
    }


@require_POST
@door.signed_in
def answer(request: HttpRequest, merge_case_id: UUID) -> HttpResponse:
    """Her yes, or her no."""
    by, at = door.actor(request), door.now(request)
    joins = request.POST.get("answer") == "yes"

    def act() -> str:
        merge_cases.answer(case_id=merge_case_id, joins=joins, by=by, at=at)
        told = _("已并好,账上的会很快转过来。") if joins else _("已停下,两份记录都没有变化。")
        messages.success(request, told)
        return HERE

    try:
        return once(request, act)
    except Refusal as no:
        if no.status == 404:
            raise
        return _page(request, error=no)


@sensitive_post_parameters("code")
@require_POST
@door.signed_in
def by_phone(request: HttpRequest) -> HttpResponse:
    """With both phones at hand: a code to the other one, a look at what moves, and her yes."""
    me, at = door.me(request), door.now(request)
    phone, step = request.POST.get("phone", ""), request.POST.get("step", "phone")
    try:
        if step == "join":
            phone = _proven(request, me)
            gone = merge.other_record(me, phone)
            merge.join_records(kept=me, gone=gone, at=at, by=door.actor(request))
            messages.success(request, _("已并好,账上的会很快转过来。"))
            return SeeOther(HERE)
        phone = clean_phone(phone)
        if step == "code":
            # Outside any transaction, so that a wrong try stays counted; and nothing of the other
            # record is shown before its phone was proved.
            code = request.POST.get("code", "")
            codes.check_code(phone=phone, code=code, purpose=merge.PURPOSE, at=at)
            return _page(request, phone=phone, step="join", gone=merge.other_record(me, phone))
        # The same answer whether or not there is such a record: this is no way to look people up.
        note = ask(request, phone, merge.PURPOSE)
        if note:
            messages.warning(request, note)
        return _page(request, phone=phone, step="code")
    except Refusal as no:
        return _page(request, phone=phone, step="code" if no.field == "code" else "phone", error=no)
