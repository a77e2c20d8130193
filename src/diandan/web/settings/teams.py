"""队伍: a tree of any depth, founding, changing and closing; invitations that wait for an answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.catalogue.queries import kinds_of
from diandan.ground.people import policies, queries
from diandan.ground.people.actions import invitations, team_words, teams
from diandan.ground.people.models import Invitation, Membership, Team
from diandan.ground.places.finder import PlaceFinder
from diandan.kit.refusal import Refusal, forbidden
from diandan.kit.units import local
from diandan.web import door

from .page import Here, SettingsForm, columns, here, plain, pressed, row, show, split_words, taken

RANKS = ("志愿服务总队", "总队", "支队", "大队", "中队", "小队", "志愿服务队", "社团")


class TeamForm(SettingsForm):
    """What a team is."""

    name = forms.CharField(label=gettext_lazy("队名"), max_length=80)
    home = forms.CharField(
        label=gettext_lazy("所在阵地"), max_length=80, help_text=gettext_lazy("名称或区划代码。")
    )
    parent = forms.ChoiceField(label=gettext_lazy("上级队伍"), required=False)
    rank = forms.CharField(
        label=gettext_lazy("层级"),
        max_length=20,
        help_text=gettext_lazy("总队、支队、大队、中队、小队,或自己的叫法。"),
        widget=forms.TextInput(attrs={"list": "ranks"}),
    )
    mode = forms.ChoiceField(label=gettext_lazy("方式"), choices=Team.Mode.choices)
    sort = forms.ChoiceField(label=gettext_lazy("类别"), choices=Team.Sort.choices)
    skills = forms.CharField(
        label=gettext_lazy("技能"),
        required=False,
        max_length=300,
    )
    week_cap = forms.IntegerField(label=gettext_lazy("每周最多接单"), min_value=1, max_value=1000)
    about = forms.CharField(label=gettext_lazy("简介"), required=False, max_length=300)

    def __init__(self, *args: Any, where: Here, but: Team | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        rows = [t for t in queries.teams_in(where.place.path) if but is None or t.id != but.id]
        choices = [("", _("没有上级"))]
        choices += [(str(t.id), f"{t.name}({t.home.name})") for t in rows]
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        known = {s for k in kinds_of(where.centre) for s in k.skills}
        self.fields["skills"].help_text = _(
            "用顿号分开,与服务类别要的技能一致才会被派到。现有:%(known)s。"
        ) % {"known": "、".join(sorted(known))}


@require_http_methods(["GET", "POST"])
@door.admin_only
def new(request: HttpRequest) -> HttpResponse:
    """Found a team."""
    where = here(request)
    parent = request.GET.get("under", "")
    initial = {"home": where.place.name, "rank": "志愿服务队", "week_cap": 10, "parent": parent}
    form = TeamForm(request.POST or None, where=where, initial=initial)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            made = teams.found_team(
                home=PlaceFinder(where.place).find(data["home"].strip(), "home"),
                name=data["name"],
                parent=_parent(data["parent"]),
                at=where.at,
                by=where.by,
                rank=data["rank"].strip(),
                mode=data["mode"],
                sort=data["sort"],
                skills=split_words(data["skills"]),
                week_cap=data["week_cap"],
                about=data["about"],
            )
            return reverse("settings_team", args=[made.id])

        answer = taken(request, form, act, _("队伍已建立。请邀请队员,每个人由本人确认加入。"))
        if answer is not None:
            return answer
    return show(request, "settings/team_new.html", "teams", where, form=form, ranks=RANKS)


@require_http_methods(["GET", "POST"])
@door.admin_only
def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """One team: what it is, who is in it, who leads."""
    where = here(request)
    one = _own_team(where, team_id)
    initial = {
        "name": one.name, "home": one.home.name, "rank": one.rank, "mode": one.mode,
        "sort": one.sort, "skills": "、".join(one.skills), "week_cap": one.week_cap,
        "about": one.about, "parent": str(one.parent_id or ""),
    }  # fmt: skip
    form = TeamForm(request.POST or None, where=where, but=one, initial=initial)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            team_words.edit_team(
                team=one,
                name=data["name"],
                home=_home(where, one, data["home"]),
                parent=_parent(data["parent"]),
                rank=data["rank"],
                mode=data["mode"],
                sort=data["sort"],
                skills=split_words(data["skills"]),
                week_cap=data["week_cap"],
                about=data["about"],
                at=where.at,
                by=where.by,
            )
            return reverse("settings_team", args=[one.id])

        answer = taken(request, form, act)
        if answer is not None:
            return answer
    members = queries.members_of(one)
    names = queries.masked_names(m.person_id for m in members)
    return show(
        request,
        "settings/team.html",
        "teams",
        where,
        team=one,
        form=form,
        ranks=RANKS,
        members=[
            {
                "id": m.person_id,
                "name": names[m.person_id],
                "duty": m.get_duty_display(),
                "leads": m.duty == Membership.Duty.LEADER,
                "since": f"{local(m.joined_at):%Y-%m-%d}",
            }
            for m in members
        ],
        duty_url=reverse("settings_duty", args=[one.id]),
        close=None
        if one.closed_at
        else {"href": reverse("settings_close_team", args=[one.id]), "label": _("撤销这支队伍")},
    )


def _own_team(where: Here, team_id: UUID) -> Team:
    one = queries.team(team_id)
    policies.check_admin(where.by, one.home)
    return one


def _home(where: Here, one: Team, words: str) -> Any:
    return (
        one.home
        if words.strip() == one.home.name
        else PlaceFinder(where.place).find(words.strip(), "home")
    )


def _parent(words: str) -> Team | None:
    return queries.team(UUID(words)) if words else None


@require_POST
@door.admin_only
def duty(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Make a member the leader."""
    where = here(request)
    one = _own_team(where, team_id)
    try:
        who = queries.person(UUID(request.POST.get("person", "")))
    except ValueError:
        raise Refusal("unknown_person", _("没有找到这个人。"), status=404) from None

    def act() -> str:
        teams.set_duty(
            team=one, person=who, duty=request.POST.get("duty", ""), at=where.at, by=where.by
        )
        return reverse("settings_team", args=[one.id])

    return pressed(request, act, _("已调整。"))


@require_POST
@door.admin_only
def close(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """撤销: its jobs' records stay."""
    where = here(request)
    one = _own_team(where, team_id)

    def act() -> str:
        teams.close_team(team=one, at=where.at, by=where.by)
        return reverse("settings_teams")

    return pressed(request, act, _("队伍已撤销,办过的事都留着。"))


class InviteForm(SettingsForm):
    """Whom to invite, into what."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=80)
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    team = forms.ChoiceField(label=gettext_lazy("加入哪支队伍"), required=False)

    def __init__(self, *args: Any, where: Here, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("只邀请注册,不入队"))] + [
            (str(t.id), f"{t.name}({t.home.name})") for t in queries.teams_in(where.place.path)
        ]


@require_http_methods(["GET", "POST"])
@door.admin_only
def invited(request: HttpRequest) -> HttpResponse:
    """Invite somebody; see who has not answered. Nobody becomes a member without her own yes."""
    where = here(request)
    form = InviteForm(request.POST or None, where=where)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            team_ = _parent(data["team"])
            if team_ is not None and not policies.can_admin(where.by, team_.home):
                raise forbidden(_("这支队伍不在您管理的范围内。"), "not_your_team")
            invitations.invite(
                team=team_,
                place=team_.home if team_ else where.place,
                phone=data["phone"],
                name=data["name"],
                at=where.at,
                by=where.by,
            )
            return reverse("settings_invitations")

        answer = taken(request, form, act, _("邀请已记下。对方登录后会看到,由本人决定。"))
        if answer is not None:
            return answer
    rows = (
        Invitation.objects.filter(place__path__startswith=where.place.path)
        .select_related("team", "place")
        .order_by("-invited_at")[:200]
    )
    said = {"yes": _("已接受"), "no": _("已谢绝"), "": _("等对方答复")}
    table = {
        "caption": _("最近的邀请"),
        "columns": columns(_("邀请谁"), _("手机"), _("队伍"), _("阵地"), _("什么时候"), _("答复")),
        "rows": [_invited_row(i, said) for i in rows],
        "empty": {
            "icon": "send",
            "sentence": _("还没有邀请"),
            "fill": _("一个一个邀请,或在“导入与导出”里用表格一次邀请许多人。"),
        },
    }
    return plain(
        request,
        "invitations",
        _("邀请"),
        where=where,
        lead=_("志愿服务出于自愿:邀请只是邀请,加入由本人确认。"),
        form=form,
        heading=_("邀请一位"),
        button=_("发出邀请"),
        primary=True,
        form_id="invite",
        tables=[table],
    )


def _invited_row(i: Invitation, said: dict[str, str]) -> dict[str, Any]:
    phone, name = invitations.invited_words(i)
    return row(
        queries.mask_name(name) if name else "—",
        queries.mask_phone(phone) if phone else "—",
        i.team.name if i.team else _("只注册"),
        i.place.name,
        f"{local(i.invited_at):%Y-%m-%d}",
        said.get(i.answer, i.answer),
    )
