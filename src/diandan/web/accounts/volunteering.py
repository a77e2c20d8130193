"""做志愿者: enrolling, a guardian's word, teams, invitations, the calendar's address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people import queries
from diandan.ground.people.actions import codes, invitations, logins, register, teams, volunteers
from diandan.ground.people.core import clean_name, clean_phone, is_child, is_minor
from diandan.ground.people.models import Consent, Membership, Person, Team
from diandan.ground.places import queries as places
from diandan.kit.refusal import Refusal, missing
from diandan.web import door
from diandan.web.accounts.forms import GuardianCodeForm, GuardianForm
from diandan.web.accounts.send import reaches_phones
from diandan.web.accounts.sign_in import ask

GUARDIAN = "guardian"
BESIDE_KEY = "guardian_beside_until"
BESIDE_SECONDS = 30 * 60
SKILLS = (
    "陪伴聊天 水电维修 家电维修 理发 义诊 护理 心理疏导 法律咨询 课业辅导 手机电脑 "
    "文艺表演 书画 摄影 驾驶 搬运 烹饪 保洁 园艺 翻译 政策宣讲"
)


@require_http_methods(["GET", "POST"])
@door.signed_in
def enrol(request: HttpRequest) -> HttpResponse:
    """Enrol, or change one's skills."""
    person = door.me(request)
    at, by = door.now(request), door.actor(request)
    found = queries.volunteer_of(person.id)
    chosen = list(found.skills) if found else []
    error = ""
    if request.method == "POST":
        more = request.POST.get("more", "").replace(",", ",").replace("、", ",").split(",")
        chosen = [*request.POST.getlist("skills"), *more]
        try:
            row = volunteers.enrol_volunteer(
                person=person,
                skills=chosen,
                at=at,
                how="page",
                by=by,
                guardian_present=request.session.get(BESIDE_KEY, 0) > at.timestamp(),
            )
        except Refusal as refusal:
            if refusal.field == "guardian":
                messages.warning(request, refusal.sentence)
                return HttpResponseRedirect("/me/guardian")
            error = refusal.sentence
        else:
            said = _("已保存。") if found else _("报名成功,您的志愿者编号是 %s。") % row.number
            messages.success(request, said, extra_tags="done:enrol")
            return HttpResponseRedirect("/me/teams" if not found else "/me/")
    context = {
        "chips": _chips(chosen),
        "more": "、".join(s for s in chosen if s and s not in SKILLS.split()),
        "error": error,
        "volunteer": found,
        "home": person.home,
        "minor": is_minor(person.born_on, at),
    }
    return render(request, "accounts/enrol.html", context)


def _chips(chosen: list[str]) -> list[dict[str, Any]]:
    return [{"value": s, "label": s, "chosen": s in chosen} for s in SKILLS.split()]


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@door.signed_in
def guardian(request: HttpRequest) -> HttpResponse:
    """A minor's guardian gives her word with a code to her own phone."""
    person = door.me(request)
    step = request.POST.get("step", "")
    form: GuardianForm
    note = ""
    if step == "code":
        form = GuardianCodeForm(request.POST)
        if form.is_valid() and _guardian_agrees(request, person, form):
            messages.success(request, _("监护人已同意,可以继续报名了。"))
            return HttpResponseRedirect("/me/volunteer")
    elif step == "phone":
        form = GuardianForm(request.POST)
        if form.is_valid():
            try:
                phone = clean_phone(form.cleaned_data["phone"])
                name = clean_name(form.cleaned_data["name"])
                _check_somebody_else(person, phone)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                note = ask(request, phone, GUARDIAN)
                form = GuardianCodeForm(initial={"phone": phone, "name": name})
    else:
        form = GuardianForm()
    context = {
        "form": form,
        "note": note,
        "asks_code": isinstance(form, GuardianCodeForm),
        "child": is_child(person.born_on, door.now(request)),
        "given": queries.has_consent(person.id, Consent.About.GUARDIAN),
        "reaches_phones": reaches_phones(),
    }
    return render(request, "accounts/guardian.html", context)


def _check_somebody_else(person: Person, phone: str) -> None:
    """No code goes out to her own phone: nobody is her own guardian."""
    if queries.by_phone(phone) == person:
        raise Refusal("own_guardian", _("监护人不能是本人,请填家长自己的手机号。"), field="phone")


def _guardian_agrees(request: HttpRequest, person: Person, form: GuardianForm) -> bool:
    at = door.now(request)
    try:
        phone = clean_phone(form.cleaned_data["phone"])
        codes.check_code(phone=phone, code=form.cleaned_data["code"], purpose=GUARDIAN, at=at)
        grown_up = register.register(
            phone=phone, name=form.cleaned_data["name"], at=at, how=GUARDIAN
        )
        volunteers.guardian_consents(
            person=person, guardian=grown_up, at=at, by=queries.actor_for(grown_up.id, at)
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    request.session[BESIDE_KEY] = at.timestamp() + BESIDE_SECONDS
    return True


@require_http_methods(["GET"])
@door.signed_in
def my_teams(request: HttpRequest) -> HttpResponse:
    """My teams, invitations that wait for me, and teams near home that I can join."""
    person = door.me(request)
    mine = queries.memberships_of(person.id)
    centre = door.centre()
    near = places.line_of(person.home)[:2][-1] if person.home else centre
    held = {m.team_id for m in mine}
    others = [t for t in queries.teams_in(near.path) if t.id not in held] if near else []
    words = request.GET.get("q", "").strip()[:40]
    if words and centre:
        others = [t for t in queries.teams_in(centre.path) if words in t.name and t.id not in held]
    context = {
        "mine": [_own_team(m, person) for m in mine],
        "invitations": [_invitation(i) for i in queries.invitations_for(person)],
        "others": [_team(t) for t in others[:30]],
        "q": words,
        "volunteer": queries.volunteer_of(person.id),
        "near": near.name if near else "",
        "calendar": f"{settings.PUBLIC_URL}/v/calendar/{person.calendar_key}.ics"
        if person.calendar_key
        else "",
    }
    return render(request, "accounts/teams.html", context)


def _team(team: Team) -> dict[str, Any]:
    return {
        "id": team.id,
        "name": team.name,
        "home": team.home.name,
        "about": team.about,
        "skills": "、".join(team.skills),
    }


def _own_team(membership: Membership, person: Person) -> dict[str, Any]:
    leads = membership.duty == Membership.Duty.LEADER
    members = queries.members_of(membership.team) if leads else []
    return {
        **_team(membership.team),
        "duty": membership.get_duty_display(),
        "leads": leads,
        "heirs": [
            {"id": m.person_id, "name": queries.masked_name(m.person), "duty": m.get_duty_display()}
            for m in members
            if m.person_id != person.id
        ],
    }


def _invitation(row: Any) -> dict[str, Any]:
    return {"id": row.id, "team": row.team.name if row.team else "", "place": row.place.name}


@require_POST
@door.signed_in
def join(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Join a team by one's own act."""
    team, person = queries.team(team_id), door.me(request)
    teams.join_team(team=team, person=person, at=door.now(request), by=door.actor(request))
    messages.success(request, _("您已加入%s。") % team.name)
    return HttpResponseRedirect("/me/teams")


@require_POST
@door.signed_in
def leave(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Leave a team; a leader names who takes over."""
    team, person = queries.team(team_id), door.me(request)
    heir = request.POST.get("successor", "")
    successor = next((m.person for m in queries.members_of(team) if str(m.person_id) == heir), None)
    teams.leave_team(
        team=team,
        person=person,
        at=door.now(request),
        by=door.actor(request),
        successor=successor,
    )
    messages.success(request, _("您已退出%s,谢谢您的付出。") % team.name)
    return HttpResponseRedirect("/me/teams")


@require_POST
@door.signed_in
def answer(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Yes or no to an invitation."""
    person = door.me(request)
    row = next((i for i in queries.invitations_for(person) if i.id == invitation_id), None)
    if row is None:
        raise missing(_("没有找到这份邀请,可能已经答复过了。"), "no_such_invitation")
    said = request.POST.get("answer")
    if said not in ("yes", "no"):
        raise Refusal("unanswered", _("请点接受或谢绝。"), field="answer")
    yes = said == "yes"
    if yes and row.team is not None and queries.volunteer_of(person.id) is None:
        messages.info(request, _("请先报名成为志愿者,再回来接受邀请。"))
        return HttpResponseRedirect("/me/volunteer")
    invitations.answer_invitation(
        invitation=row, yes=yes, person=person, at=door.now(request), by=door.actor(request)
    )
    messages.success(request, _("已接受邀请。") if yes else _("已谢绝,没有任何影响。"))
    return HttpResponseRedirect("/me/teams")


@require_POST
@door.signed_in
def calendar(request: HttpRequest) -> HttpResponse:
    """A new calendar address; the old one stops working."""
    logins.reset_calendar(person=door.me(request), at=door.now(request), by=door.actor(request))
    messages.success(request, _("日历地址已生成,旧地址不再有效。"))
    return HttpResponseRedirect("/me/teams#calendar")


@require_POST
@door.signed_in
def on_duty(request: HttpRequest) -> HttpResponse:
    """Rest for a while, or be asked again."""
    on = request.POST.get("on_duty") == "on"
    volunteers.set_on_duty(
        person=door.me(request), on_duty=on, at=door.now(request), by=door.actor(request)
    )
    messages.success(
        request, _("欢迎回来,有合适的任务会问您。") if on else _("好好休息,暂时不会派单给您。")
    )
    return HttpResponseRedirect("/me/")
