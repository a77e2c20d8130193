"""工作人员: name and password, printed codes, thawing a record, the demo's one-click sign-in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.views import LoginView
from axes.decorators import axes_dispatch, axes_form_invalid
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from diandan.ground.people import policies, queries
from diandan.ground.people.actions import codes, logins, volunteers
from diandan.ground.people.core import clean_phone, say_phone
from diandan.ground.people.models import Membership, Person, Volunteer
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.web import door
from diandan.web.accounts.forms import CodeForm, PhoneForm, StaffLoginForm
from diandan.web.accounts.sign_in import PURPOSE, enter
from diandan.web.accounts.volunteering import GUARDIAN

DEMO_EACH, DEMO_LEADERS, DEMO_OTHERS = 3, 60, 12
PURPOSES = {PURPOSE, GUARDIAN, volunteers.THAW}


@method_decorator(axes_dispatch, name="dispatch")
@method_decorator(axes_form_invalid, name="form_invalid")
class StaffSignIn(LoginView):  # type: ignore[misc]
    """Name and password or passkey; locked after too many wrong tries."""

    def get_form(self, form_class: Any = None) -> Any:
        """The library's form, with the word this house uses everywhere for that name."""
        form = super().get_form(form_class)
        form.fields["login"].label = _("登录名")
        for field in form.fields.values():
            field.widget.attrs.pop("placeholder", None)  # the label says it already
        return form


@sensitive_post_parameters("password", "old_password")
@require_http_methods(["GET", "POST"])
@door.signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Give one's account a name and a password."""
    login = door.login_of(request)
    assert login is not None
    has = login.has_usable_password()
    form = StaffLoginForm(
        request.POST or None,
        has_password=has,
        initial={"username": login.username if has else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            if has and not _knows_password(request, login.username, form):
                raise Refusal("wrong_password", _("现在的密码不对。"), field="old_password")
            row = logins.choose_login(
                login=login,
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                at=door.now(request),
                by=door.actor(request),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            update_session_auth_hash(request, row)
            messages.success(request, _("登录名和密码已设好,下次可以用它登录。"))
            return HttpResponseRedirect(door.next_page(request))
    return render(request, "accounts/password.html", {"form": form, "has": has})


def _knows_password(request: HttpRequest, username: str, form: StaffLoginForm) -> bool:
    # Through authenticate(), so that guessing here is counted and locked as at the door.
    word = form.cleaned_data["old_password"]
    return authenticate(request, username=username, password=word) is not None


@require_http_methods(["GET", "POST"])
@door.staff_only
def code_slip(request: HttpRequest) -> HttpResponse:
    """A clerk prints a one-time code for somebody who stands before her."""
    by = door.actor(request)
    policies.check_hand_code(by)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        purpose = request.POST.get("purpose", PURPOSE)
        try:
            phone = clean_phone(form.cleaned_data["phone"])
            row, plain = codes.ask_code(
                phone=phone,
                purpose=purpose if purpose in PURPOSES else PURPOSE,
                at=door.now(request),
                by=by,
                handed_by=door.me(request),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            response = _slip(request, phone, plain, row.expires_at)
            response["Cache-Control"] = "no-store"
            return response
    return render(request, "accounts/code_slip_form.html", {"form": form})


def _slip(request: HttpRequest, phone: str, plain: str, expires_at: Any) -> HttpResponse:
    centre = door.centre()
    until = f"{local(expires_at):%H:%M}"
    slip = {
        "title": _("一次性验证码"),
        "number_label": _("验证码"),
        "number": f"{plain[:3]} {plain[3:]}",
        "centre": centre.full_name if centre else "",
        "promise": _("今天 %s 前有效,只能用一次。") % until,
        "rows": [
            {"label": _("手机号"), "text": say_phone(phone)},
            {"label": _("怎么用"), "text": _("打开登录页,填手机号,再填这 6 位数字。")},
            {"label": _("登录页"), "text": f"{settings.PUBLIC_URL}{settings.LOGIN_URL}"},
            {"label": _("提醒"), "text": _("请勿把验证码告诉别人,工作人员也不会再问您要。")},
        ],
    }
    return render(request, "accounts/code_slip.html", {"slip": slip})


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@door.admin_only
def thaw(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """An administrator gives a frozen record back to the person who stands before her."""
    person = queries.person(person_id)
    by = door.actor(request)
    if person.home is not None:
        policies.check_admin(by, person.home)
    form = CodeForm(request.POST if "code" in request.POST else None, initial={"phone": "-"})
    if request.method == "POST" and "code" in request.POST and form.is_valid():
        try:
            volunteers.thaw(
                person=person, code=form.cleaned_data["code"], at=door.now(request), by=by
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("这份记录已解冻。"))
            return HttpResponseRedirect(door.next_page(request, "/desk/"))
    context = {
        "form": form,
        "person": person,
        "masked": queries.masked_name(person),
        "masked_phone": queries.masked_phone(person),
        "why": person.frozen_why,
    }
    return render(request, "accounts/thaw.html", context)


@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """The demo's people, one click each. Does not exist anywhere else."""
    if not settings.DEMO:
        raise Http404
    if request.method == "POST":
        person = queries.person(_uuid(request.POST.get("person", "")))
        return enter(request, person, door.now(request), method="demo")
    return render(request, "accounts/demo.html", {"groups": _demo_groups(request)})


def _uuid(word: str) -> UUID:
    try:
        return UUID(word)
    except ValueError:
        raise missing(_("没有找到这个人。"), "no_such_person") from None


def _demo_groups(request: HttpRequest) -> list[dict[str, Any]]:
    at = door.now(request)
    groups: dict[str, list[dict[str, Any]]] = {}
    for grant in queries.grants_in("/", at):
        rows = groups.setdefault(grant.get_role_display(), [])
        if len(rows) < DEMO_EACH:
            rows.append(_demo_row(grant.person, grant.place.name))
    leaders = (
        Membership.objects.select_related("person", "team")
        .filter(left_at=None, duty=Membership.Duty.LEADER, person__frozen_at=None)
        .order_by("joined_at")[:DEMO_LEADERS]
    )
    groups[_("队长")] = [_demo_row(m.person, m.team.name) for m in leaders]
    others = (
        Volunteer.objects.select_related("person")
        .filter(person__frozen_at=None)
        .exclude(person__memberships__duty=Membership.Duty.LEADER)
        .order_by("number")[:DEMO_OTHERS]
    )
    groups[_("志愿者")] = [_demo_row(v.person, v.number) for v in others]
    residents = (
        Person.objects.select_related("home")
        .filter(registered_at__isnull=False, volunteer=None, grants=None, frozen_at=None)
        .order_by("-registered_at")[:DEMO_OTHERS]
    )
    groups[_("居民")] = [_demo_row(p, p.home.name if p.home else "") for p in residents]
    return [{"title": title, "people": rows} for title, rows in groups.items() if rows]


def _demo_row(person: Person, note: str) -> dict[str, Any]:
    # Invented people only: nobody's reading needs to be written down here.
    return {"id": person.id, "name": queries.own(person).name, "note": note}
