"""登录: phone, then code, then for a newcomer her name. Works without scripts; no phone is kept."""

from __future__ import annotations

from datetime import datetime

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people import queries
from diandan.ground.people.actions import codes, register
from diandan.ground.people.core import clean_phone, mask_phone, say_phone
from diandan.ground.people.models import Person
from diandan.kit.refusal import Refusal
from diandan.web import door
from diandan.web.accounts.forms import AccountForm, CodeForm, NewcomerForm, PhoneForm
from diandan.web.accounts.send import reaches_phones, send_code

PURPOSE = "sign_in"
PROOF_SALT = "diandan.newcomer"
PROOF_SECONDS = 20 * 60
PROVEN = "diandan.proven"  # the session's note, and its salt, of a phone proven for an order
PROVEN_SECONDS = 10 * 60


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One address, three steps; the step comes with the form."""
    if request.method == "GET":
        if door.login_of(request):
            return HttpResponseRedirect(door.next_page(request))
        return _page(request, "phone", PhoneForm())
    steps = {"code": _code_step, "newcomer": _newcomer_step, "proven": _proven_step}
    return steps.get(request.POST.get("step", ""), _phone_step)(request)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; drafts kept on this device are cleared by the next page."""
    logout(request)
    messages.success(request, _("您已退出。"), extra_tags="done:*")
    return HttpResponseRedirect("/me/sign-in")


def _phone_step(request: HttpRequest) -> HttpResponse:
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, "phone", form)
    try:
        phone = clean_phone(form.cleaned_data["phone"])
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, "phone", form)
    note = ask(request, phone)
    code_form = CodeForm(initial={"phone": phone})
    return _page(request, "code", code_form, phone=phone, note=note)


def ask(request: HttpRequest, phone: str, purpose: str = PURPOSE) -> str:
    """Send a code if this centre can; the sentence about it if it could not be sent again."""
    if not reaches_phones():
        return ""
    try:
        _row, plain = codes.ask_code(
            phone=phone,
            purpose=purpose,
            at=door.now(request),
            by=door.actor(request),
            address=door.address(request),
        )
    except Refusal as refusal:
        return refusal.sentence
    send_code(phone, plain)
    return ""


def _code_step(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    phone = request.POST.get("phone", "")
    at = door.now(request)
    try:
        phone = clean_phone(phone)
        if not form.is_valid():
            return _page(request, "code", form, phone=phone)
        codes.check_code(phone=phone, code=form.cleaned_data["code"], purpose=PURPOSE, at=at)
    except Refusal as refusal:
        if refusal.code == "wrong_phone":
            return _page(request, "phone", PhoneForm(request.POST))
        form.refuse(refusal)
        return _page(request, "code", form, phone=phone)
    person = queries.by_phone(phone)
    if person is not None and person.registered_at is not None:
        return enter(request, person, at)
    known = queries.own(person).name if person else ""
    proof = signing.dumps(phone, salt=PROOF_SALT, compress=True)
    return _page(request, "newcomer", NewcomerForm(initial={"name": known}), proof=proof)


def _newcomer_step(request: HttpRequest) -> HttpResponse:
    form = NewcomerForm(request.POST)
    proof = request.POST.get("proof", "")
    try:
        phone = signing.loads(proof, salt=PROOF_SALT, max_age=PROOF_SECONDS)
    except signing.BadSignature:
        messages.warning(request, _("时间太久了,请重新获取验证码。"))
        return _page(request, "phone", PhoneForm())
    if not form.is_valid():
        return _page(request, "newcomer", form, proof=proof)
    at = door.now(request)
    try:
        person = register.register(
            phone=phone,
            name=form.cleaned_data["name"],
            at=at,
            how="code",
            language=getattr(request, "LANGUAGE_CODE", "zh-hans"),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, "newcomer", form, proof=proof)
    return enter(request, person, at)


def home_page(person: Person, at: datetime) -> str:
    """Where she most likely came to: her desk, what is asked of her, or the front page."""
    actor = queries.actor_for(person.id, at)
    if actor.is_staff:
        return "/desk/"
    return "/v/" if actor.is_volunteer else "/"


def proven(request: HttpRequest) -> dict[str, str]:
    """The phone proven in this browser a moment ago, and the order it was proven for."""
    try:
        note: dict[str, str] = signing.loads(
            request.session.get(PROVEN, ""), salt=PROVEN, max_age=PROVEN_SECONDS
        )
    except signing.BadSignature:
        return {}
    return note


def _proven_step(request: HttpRequest) -> HttpResponse:
    """One press after an order by code: the same proof, used once, signs her in."""
    note = proven(request)
    request.session.pop(PROVEN, None)
    person = queries.by_phone(note["phone"]) if note else None
    if person is None or request.POST.get("key") != note["key"]:
        messages.warning(request, _("时间太久了,请重新获取验证码。"))
        return _page(request, "phone", PhoneForm())
    return enter(request, person, door.now(request))


def enter(
    request: HttpRequest, person: Person, at: datetime, *, method: str = "code"
) -> HttpResponse:
    """Open a session for `person`; a second factor she has set up is asked for first."""
    login = register.sign_in_person(person=person, at=at)
    record_authentication(request, login, method=method)
    response: HttpResponse = perform_login(
        request,
        login,
        email_verification="none",
        redirect_url=door.next_page(request, default=home_page(person, at)),
    )
    door.forget_actor(request)
    if person.elder_mode:
        door.set_elder(response, on=True)
    return response


def _page(
    request: HttpRequest,
    step: str,
    form: AccountForm,
    *,
    phone: str = "",
    note: str = "",
    proof: str = "",
) -> HttpResponse:
    context = {
        "step": step,
        "form": form,
        "note": note,
        "proof": proof,
        "phone": phone,
        "phone_said": say_phone(phone) if step == "code" else mask_phone(phone),
        "next": door.next_page(request, ""),
        "reason": _reason(door.next_page(request, "")),
        "reaches_phones": reaches_phones(),
    }
    return render(request, f"accounts/sign_in_{step}.html", context)


def _reason(onward: str) -> dict[str, str]:
    """Why this page asks who she is, and how it goes without signing in."""
    at = onward.partition("?")[0]
    if at.startswith(("/requests", "/messages", "/standing")):
        return {
            "why": _("您的点单和消息只给您本人看,所以先核对手机号。"),
            "else": _(
                "不登录也能看一张单子:点短信里的链接,或扫回执上的二维码;"
                "都不在手边,就到窗口报单号,再报手机收到的验证码。"
            ),
        }
    if at == "/family":
        return {
            "why": _("替家人点单要记下是谁代点的、本人是否同意,所以先核对您的手机号。"),
            "else": _("不登录也能替自己点单;替家人,也可以请实践站的工作人员代点。"),
            "href": "/order",
            "link": _("替自己点单"),
        }
    return {}
