"""门: what every door shares: who asks, at what moment, and how a no is said."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, cast
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Login, Person, Role
from diandan.ground.places.models import Place
from diandan.kit import clock
from diandan.kit.refusal import Refusal, forbidden

View = Callable[..., HttpResponse]
NOT_A_FORMS = (401, 403, 404)
ELDER_COOKIE = "elder"
ELDER_SECONDS = 60 * 60 * 24 * 365
log = structlog.get_logger()


def now(request: HttpRequest) -> datetime:
    """The moment of this request: one for all that it does."""
    found = getattr(request, "diandan_now", None)
    if found is None:
        found = clock.now()
        request.diandan_now = found  # type: ignore[attr-defined]
    return cast("datetime", found)


def address(request: HttpRequest) -> str:
    """Where on the network the request comes from, as the last machine we trust saw it.

    Anybody may write X-Forwarded-For; only what our own proxies added at its end is believed.
    A household owns a whole /64 of IPv6, so that much counts as one address.
    """
    said = str(request.META.get("REMOTE_ADDR", ""))
    if settings.PROXIES > 0:
        chain = request.headers.get("X-Forwarded-For", "")
        passed = [one.strip() for one in chain.split(",") if one.strip()]
        said = passed[-settings.PROXIES] if len(passed) >= settings.PROXIES else said
    try:
        found = ip_address(said)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        near = found.ipv4_mapped
        return str(near or IPv6Network((found, 64), strict=False).network_address)
    return str(found)


def login_of(request: HttpRequest) -> Login | None:
    """The account signed in, if any."""
    user = getattr(request, "user", None)
    return user if isinstance(user, Login) else None


def actor(request: HttpRequest) -> Actor:
    """Who asks, gathered once a request. Nobody signed in is an Actor too, who holds nothing."""
    found = getattr(request, "diandan_actor", None)
    if found is None:
        login = login_of(request)
        found = people.actor_for(login.person_id, now(request)) if login else Actor()
        request.diandan_actor = found  # type: ignore[attr-defined]
    return cast("Actor", found)


def forget_actor(request: HttpRequest) -> None:
    """After signing in or out within this request, gather the actor anew."""
    request.diandan_actor = None  # type: ignore[attr-defined]


def me(request: HttpRequest) -> Person:
    """The person signed in, or a refusal that leads to the sign-in page."""
    by = actor(request)
    if by.person_id is None:
        raise _sign_in_first()
    return people.person(by.person_id)


def signed_in(view: View) -> View:
    """Only for somebody signed in; others are led to the sign-in page and back."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        by = actor(request)
        if by.person_id is None:
            raise _sign_in_first()
        if by.is_frozen:
            raise forbidden(_("这份记录已被冻结,请到实践中心核实后解冻。"), "frozen")
        return view(request, *args, **more)

    return guarded


def staff_only(view: View) -> View:
    """Only for somebody with a role; which role and where is the action's to check."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if not actor(request).is_staff:
            raise forbidden(
                _("这里是工作台,只对工作人员开放。如果您是工作人员,请联系本中心管理员授予角色。"),
                "staff_only",
            )
        return view(request, *args, **more)

    return signed_in(guarded)


def settings_only(view: View) -> View:
    """Settings pages: staff, and of an administrator the second factor in this session.

    Some settings are read or kept by others too (the menu, plans, who read what), who need none.
    """
    return staff_only(factor_first(view))


def factor_first(view: View) -> View:
    """Signed in, and an administrator with her second factor given in this session.

    In a demo a missing factor is only warned of, so that the pages can be shown.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if _is_admin(request) and not _second_factor_given(request):
            if not settings.DEMO:
                return HttpResponseRedirect(_way_to_a_factor(request))
            if request.method == "GET":
                messages.warning(request, _("演示环境:正式使用时,管理员须先设置第二重验证。"))
        return view(request, *args, **more)

    return signed_in(guarded)


def admin_only(view: View) -> View:
    """Settings pages that are an administrator's alone."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if not _is_admin(request):
            raise forbidden(_("设置页只对管理员开放。"), "admin_only")
        return view(request, *args, **more)

    return settings_only(guarded)


def _is_admin(request: HttpRequest) -> bool:
    return any(g.role == Role.ADMIN for g in actor(request).grants)


def _way_to_a_factor(request: HttpRequest) -> str:
    """Where she sets a factor up; who has one, and came in without it, is only asked for it."""
    from allauth.mfa.utils import is_mfa_enabled

    if not is_mfa_enabled(request.user):
        messages.warning(request, _("管理员须先设置第二重验证,才能打开设置页。"))
        return reverse("mfa_index")
    back = request.get_full_path() if request.method == "GET" else _came_from(request)
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}"


def _second_factor_given(request: HttpRequest) -> bool:
    from allauth.account.authentication import get_authentication_records

    return any(r.get("method") == "mfa" for r in get_authentication_records(request, request.user))


def next_page(request: HttpRequest, default: str = "/me/") -> str:
    """The page of this site that `next` names, else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return default


def set_elder(response: HttpResponse, on: bool) -> None:
    """Keep the choice of 长辈版 on this device for a year."""
    if on:
        response.set_cookie(ELDER_COOKIE, "1", max_age=ELDER_SECONDS, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(ELDER_COOKIE, samesite="Lax")


def centre() -> Place | None:
    """The centre this instance serves; None before its district has been grown."""
    return Place.objects.filter(slug=settings.DIANDAN_PLACE).first()


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of every page's frame (base.html)."""
    login = login_of(request)
    by = getattr(request, "diandan_actor", None)
    home = centre()
    return {
        "centre_name": home.full_name if home else _("新时代文明实践中心"),
        "elder": request.COOKIES.get(ELDER_COOKIE) == "1",
        "me": {"href": "/me/", "name": _("我的"), "is_staff": bool(by and by.is_staff)}
        if login
        else None,
        "now": now(request),
        "login_url": "/me/sign-in",
        "next_url": request.get_full_path() if request.method == "GET" else "",
        "draft_owner": str(login.person_id) if login else "",
        "demo": settings.DEMO,
    }


def problem(refusal: Refusal) -> JsonResponse:
    """A refusal as application/problem+json (RFC 9457)."""
    body: dict[str, Any] = {
        "type": f"urn:diandan:refusal:{refusal.code}",
        "title": refusal.sentence,
        "status": refusal.status,
        "code": refusal.code,
    }
    if refusal.field:
        body["field"] = refusal.field
    if refusal.more:
        body["more"] = dict(refusal.more)
    return JsonResponse(
        body,
        status=refusal.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


class RefusalMiddleware:
    """Turns an anticipated no into a page, a sign-in, or problem+json at the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_of_the_view: Any) -> HttpResponse | None:
        """Refuse a null character wherever it was typed: no database can keep one."""
        typed = (*request.GET.lists(), *request.POST.lists())
        if not any("\x00" in text for _name, texts in typed for text in texts):
            return None
        sentence = _("文字里有看不见的控制字符,请删掉后再发。")
        return self.process_exception(request, Refusal("null_character", sentence))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a Refusal; anything else goes on to Django's own last page."""
        if not isinstance(exception, Refusal):
            return None
        log.info("refused", code=exception.code, path=request.path, status=exception.status)
        if request.path.startswith("/api/"):
            return problem(exception)
        if exception.code == "sign_in_first":
            back = request.get_full_path() if request.method == "GET" else _came_from(request)
            return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': back})}")
        context = {
            "refusal": exception,
            "sentence": exception.sentence,
            "code": exception.code,
            "back_url": _came_from(request),
            "is_form": request.method == "POST" and exception.status not in NOT_A_FORMS,
            **{k: exception.more[k] for k in ("steps", "whose") if k in exception.more},
        }
        return render(request, "refusal.html", context, status=exception.status)


def _came_from(request: HttpRequest) -> str:
    """The page of this site she came from, or the front page."""
    before = request.headers.get("Referer", "")
    own = {request.get_host()}
    return before if url_has_allowed_host_and_scheme(before, own, request.is_secure()) else "/"


def _sign_in_first() -> Refusal:
    return Refusal("sign_in_first", _("请先用手机号登录。"), status=401)
