"""没有账号也能点单: a phone and its code prove who she is, for this one order; no session opens."""

from __future__ import annotations

import base64
import json
from typing import NamedTuple

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from diandan.ground.people import queries as people
from diandan.ground.people import vault
from diandan.ground.people.actions import codes
from diandan.ground.people.actions.register import register
from diandan.ground.people.core import clean_phone, mask_phone, say_phone
from diandan.ground.people.models import Person
from diandan.kit.refusal import Refusal
from diandan.web import door
from diandan.web.accounts import sign_in
from diandan.web.accounts.send import reaches_phones
from diandan.web.resident.forms import OrderForm

SALT = "diandan.order.phone"
WAITING = "diandan.waits_for_code"
WAITING_MAX = 3
KEY_SIZE = 8
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "form_key", "code", "again"})
LASTS_SECONDS = 20 * 60


def proven_phone(request: HttpRequest, form: OrderForm) -> str:
    """The phone, when its code is right or was right a moment ago; else an empty string.

    A code works once, so a good one leaves a signed proof on the form: an order refused for
    another reason is corrected without a second code.
    """
    phone = clean_phone(form.cleaned_data["phone"])
    if _proof_of(form) == phone:
        return phone
    code = form.cleaned_data["code"].strip()
    if not code or "again" in request.POST:
        return ""
    codes.check_code(phone=phone, code=code, purpose=sign_in.PURPOSE, at=door.now(request))
    typed = request.POST.copy()
    typed["proof"] = signing.dumps(phone, salt=SALT, compress=True)
    form.data = typed
    return phone


def has_proof(form: OrderForm) -> bool:
    """Whether the phone on this form has been proven."""
    return bool(form.is_bound and _proof_of(form))


def _proof_of(form: OrderForm) -> str:
    try:
        phone: str = signing.loads(form.data.get("proof", ""), salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return ""
    return phone


def remember(request: HttpRequest, phone: str, key: str) -> None:
    """Keep for a few minutes, in this browser's session alone, that the phone was just proven.

    It opens nothing by itself: from the page of this very order she may sign in by one press.
    """
    proof = {"phone": phone, "key": key}
    request.session[sign_in.PROVEN] = signing.dumps(proof, salt=sign_in.PROVEN, compress=True)


def said_phone(request: HttpRequest, key: str) -> str:
    """The phone just proven for this order, masked, when she may still sign in by it."""
    if door.login_of(request) is not None:
        return ""
    proof = sign_in.proven(request)
    return mask_phone(proof["phone"]) if proof.get("key") == key else ""


class Waiting(NamedTuple):
    """A whole form that waits for its code, and what she was told about the code."""

    data: QueryDict
    note: str


def wait(request: HttpRequest, note: str) -> str:
    """Keep the form in this session until its code comes; the key to find it by.

    The page that asks for the code has an address of its own, so that going back to it sends
    nothing again. The words are sealed under the house's key: the session's row tells nobody.
    """
    said = {name: texts for name, texts in request.POST.lists() if name not in NOT_KEPT}
    sealed_with = vault.new_key()
    sealed = vault.seal(sealed_with, json.dumps({"said": said, "note": note}))
    key = get_random_string(KEY_SIZE)
    before = list(request.session.get(WAITING, {}).items())
    kept = [base64.b64encode(part).decode() for part in (sealed_with, sealed)]
    request.session[WAITING] = dict([*before[1 - WAITING_MAX :], (key, kept)])
    return key


def waiting(request: HttpRequest) -> Waiting | None:
    """The form that waits under the key in the address; None when it was sent, or is not hers."""
    kept = request.session.get(WAITING, {}).get(request.GET.get("code", ""))
    if kept is None:
        return None
    sealed_with, sealed = (base64.b64decode(part) for part in kept)
    whole = json.loads(vault.unseal(sealed_with, sealed))
    data = QueryDict(mutable=True)
    for name, texts in whole["said"].items():
        data.setlist(name, texts)
    data["code_sent"] = "1"
    return Waiting(data, whole["note"])


def forget(request: HttpRequest) -> None:
    """The order is placed: nothing waits any more."""
    request.session.pop(WAITING, None)


def send(request: HttpRequest, form: OrderForm) -> str:
    """Send a code; what to tell her about it."""
    phone = clean_phone(form.cleaned_data["phone"])
    if not reaches_phones():
        return _("请填小票上的6位验证码。还没有小票?请到就近的实践站领取,或请工作人员代您点单。")
    trouble = sign_in.ask(request, phone)
    return trouble or _("6位验证码已发到 %(phone)s,填在下面就能提交。") % {
        "phone": say_phone(phone)
    }


def person_of(request: HttpRequest, form: OrderForm, phone: str) -> Person:
    """Who this phone is; made by this act of hers when it is new."""
    found = people.by_phone(phone)
    if found is not None and found.frozen_at is not None:
        raise Refusal("frozen", _("这份个人记录已冻结,请先到窗口核实后再点单。"))
    return register(
        phone=phone,
        name=form.cleaned_data["name"],
        at=door.now(request),
        how="order",
        language=getattr(request, "LANGUAGE_CODE", "zh-hans"),
    )
