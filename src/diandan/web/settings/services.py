"""服务类别、承诺时限、标签: what a centre offers, by when it answers, and the words it sorts by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.flow.promise import DEFAULT_PROMISES
from diandan.flow.template import shipped
from diandan.ground.catalogue.actions import kinds as acts
from diandan.ground.catalogue.actions.new_kind import add_kind
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people.policies import check_admin
from diandan.ground.places.actions import describe
from diandan.ground.places.queries import calendar_of
from diandan.ground.places.words import promise_in_words
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.web import door

from .page import Here, SettingsForm, columns, here, pill, plain, pressed, row, split_words, taken

ICONS = {
    "heart-handshake": gettext_lazy("携手"),
    "hand-heart": gettext_lazy("爱心"),
    "wrench": gettext_lazy("扳手"),
    "lock": gettext_lazy("锁"),
    "settings": gettext_lazy("齿轮"),
    "stethoscope": gettext_lazy("听诊器"),
    "scissors": gettext_lazy("剪刀"),
    "soup": gettext_lazy("餐"),
    "music": gettext_lazy("音乐"),
    "leaf": gettext_lazy("树叶"),
    "baby": gettext_lazy("幼儿"),
    "book-open": gettext_lazy("书"),
    "graduation-cap": gettext_lazy("学习"),
    "users-round": gettext_lazy("人群"),
    "house": gettext_lazy("房屋"),
    "scale": gettext_lazy("天平"),
    "phone": gettext_lazy("电话"),
    "smartphone": gettext_lazy("手机"),
    "message-circle": gettext_lazy("谈话"),
    "lamp": gettext_lazy("灯"),
    "landmark": gettext_lazy("场馆"),
}
PROMISE_HELP = gettext_lazy("写 2h(小时)、7d(天)或 5wd(工作日)。")


class KindForm(SettingsForm):
    """What a kind of need is."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    words = forms.CharField(
        label=gettext_lazy("关键词"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("群众会怎么说,用顿号分开。说到其中一个,就推荐这一类。"),
    )
    urgent = forms.CharField(label=gettext_lazy("紧急的承诺"), max_length=8, help_text=PROMISE_HELP)
    normal = forms.CharField(label=gettext_lazy("一般的承诺"), max_length=8, help_text=PROMISE_HELP)
    skills = forms.CharField(label=gettext_lazy("需要的技能"), required=False, max_length=200)
    headcount = forms.IntegerField(label=gettext_lazy("要几个人"), min_value=1, max_value=200)
    minutes = forms.IntegerField(label=gettext_lazy("大约多少分钟"), min_value=5, max_value=1440)
    two_person = forms.BooleanField(label=gettext_lazy("必须两人同去"), required=False)
    risk_notice = forms.CharField(
        label=gettext_lazy("安全提示"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    flow = forms.ChoiceField(label=gettext_lazy("走哪个流程"), required=False)
    icon = forms.ChoiceField(label=gettext_lazy("图标"), choices=list(ICONS.items()))
    tags = forms.MultipleChoiceField(
        label=gettext_lazy("标签"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, where: Here, chosen: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        flow, tags = self.fields["flow"], self.fields["tags"]
        assert isinstance(flow, forms.ChoiceField)
        assert isinstance(tags, forms.ChoiceField)
        flow.choices = [("", _("随本中心"))] + [
            (f.id, f.name) for f in shipped().values() if f.id in ("micro", "mediation")
        ]
        known = {
            tag: f"{title}·{tag}"
            for title, words in where.centre.settings.get("tags", {}).items()
            for tag in words
        }
        known |= {tag: tag for tag in chosen if tag not in known}
        tags.choices = list(known.items())
        if not known:
            del self.fields["tags"]


class NewKindForm(KindForm):
    """A kind only this centre has."""

    code = forms.CharField(
        label=gettext_lazy("代号"),
        max_length=40,
        help_text=gettext_lazy("小写英文,以后不能改,如 piano_tuning。"),
    )
    field_order = ("name", "code")


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    plain_ones = ("name", "headcount", "minutes", "two_person", "risk_notice", "flow", "icon")
    return {
        **{name: data[name] for name in plain_ones},
        "words": split_words(data["words"]),
        "skills": split_words(data["skills"]),
        "tags": list(data.get("tags", [])),
        "promises": {"urgent": data["urgent"].strip(), "normal": data["normal"].strip()},
    }


def say(promise: str) -> str:
    """A promise as people say it, or as it stands when it cannot be read."""
    try:
        return promise_in_words(promise)
    except ValueError:
        return promise


@require_http_methods(["GET"])
@door.admin_only
def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind of need of the centre, the retired ones last."""
    where = here(request)
    check_admin(where.by, where.centre)
    rows = ServiceKind.objects.filter(centre=where.centre).order_by("retired_at", "rank", "id")
    flows = {f.id: f.name for f in shipped().values()}
    table = {
        "caption": _("本中心的服务类别"),
        "columns": columns(
            _("名称"), _("紧急"), _("一般"), _("关键词"), _("流程"), _("标签"), _("状态")
        ),
        "rows": [
            row(
                (k.name, reverse("settings_kind", args=[k.id])),
                say(k.promises.get("urgent", "")) or _("随本中心"),
                say(k.promises.get("normal", "")) or _("随本中心"),
                "、".join(k.words[:5]) + ("…" if len(k.words) > 5 else ""),
                flows.get(k.flow, _("随本中心")),
                "、".join(k.tags),
                pill(_("已停用")) if k.retired_at else pill(_("在用"), "good"),
            )
            for k in rows
        ],
        "empty": {"icon": "layers", "sentence": _("还没有服务类别")},
    }
    return plain(
        request,
        "kinds",
        _("服务类别"),
        where=where,
        lead=_("群众点单时按关键词推荐类别;类别决定承诺时限、需要的技能和安全提示。"),
        actions=[{"href": reverse("settings_new_kind"), "label": _("新增一类")}],
        tables=[table],
    )


@require_http_methods(["GET", "POST"])
@door.admin_only
def kind(request: HttpRequest, kind_id: int) -> HttpResponse:
    """One kind: change it or retire it."""
    where = here(request)
    one = ServiceKind.objects.filter(id=kind_id).select_related("centre").first()
    if one is None:
        raise missing(_("没有这类服务。"), "unknown_kind")
    check_admin(where.by, one.centre)
    base = {**DEFAULT_PROMISES, **one.centre.settings.get("promises", {}), **one.promises}
    initial = {
        "name": one.name, "words": "、".join(one.words), "urgent": base["urgent"],
        "normal": base["normal"], "skills": "、".join(one.skills), "headcount": one.headcount,
        "minutes": one.minutes, "two_person": one.two_person, "risk_notice": one.risk_notice,
        "flow": one.flow, "icon": one.icon, "tags": one.tags,
    }  # fmt: skip
    form = KindForm(request.POST or None, where=where, chosen=tuple(one.tags), initial=initial)
    _keep_icon(form, one.icon)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            acts.edit_kind(one, by=where.by, at=where.at, **_fields(data))
            return reverse("settings_kinds")

        answer = taken(request, form, act, _("已保存。已经点的单按点单时的承诺办。"))
        if answer is not None:
            return answer
    forms_ = [{"form": form, "button": _("保存"), "primary": True, "form_id": f"kind-{one.id}"}]
    return plain(
        request,
        "kinds",
        one.name,
        where=where,
        back={"href": reverse("settings_kinds"), "label": _("服务类别")},
        notes=[_("这一类已停用,不再出现在点单页。")] if one.retired_at else [],
        forms=forms_,
        press=None
        if one.retired_at
        else {"href": reverse("settings_retire_kind", args=[one.id]), "label": _("停用这一类")},
    )


def _keep_icon(form: KindForm, icon: str) -> None:
    field = form.fields["icon"]
    assert isinstance(field, forms.ChoiceField)
    if icon not in ICONS:
        field.choices = [(icon, icon), *ICONS.items()]


@require_http_methods(["GET", "POST"])
@door.admin_only
def new_kind(request: HttpRequest) -> HttpResponse:
    """A kind only this centre has."""
    where = here(request)
    check_admin(where.by, where.centre)
    base = {**DEFAULT_PROMISES, **where.centre.settings.get("promises", {})}
    initial = {**base, "headcount": 1, "minutes": 60, "icon": "heart-handshake"}
    form = NewKindForm(request.POST or None, where=where, initial=initial)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            add_kind(
                centre=where.centre, code=data["code"], by=where.by, at=where.at, **_fields(data)
            )
            return reverse("settings_kinds")

        answer = taken(request, form, act, _("已新增,点单页马上可用。"))
        if answer is not None:
            return answer
    return plain(
        request,
        "kinds",
        _("新增一类服务"),
        where=where,
        back={"href": reverse("settings_kinds"), "label": _("服务类别")},
        forms=[{"form": form, "button": _("新增"), "primary": True, "form_id": "new-kind"}],
    )


@require_POST
@door.admin_only
def retire_kind(request: HttpRequest, kind_id: int) -> HttpResponse:
    """No longer offered; orders under way go on."""
    where = here(request)
    one = ServiceKind.objects.filter(id=kind_id).select_related("centre").first()
    if one is None:
        raise missing(_("没有这类服务。"), "unknown_kind")

    def act() -> str:
        acts.retire_kind(one, by=where.by, at=where.at)
        return reverse("settings_kinds")

    return pressed(request, act, _("已停用。在办的单子照办。"))


class PromiseForm(SettingsForm):
    """The centre's own promise for kinds that say nothing."""

    urgent = forms.CharField(label=gettext_lazy("紧急"), max_length=8, help_text=PROMISE_HELP)
    normal = forms.CharField(label=gettext_lazy("一般"), max_length=8, help_text=PROMISE_HELP)


@require_http_methods(["GET", "POST"])
@door.admin_only
def promises(request: HttpRequest) -> HttpResponse:
    """By when the centre answers: its own default, each kind's, and what that means today."""
    where = here(request)
    check_admin(where.by, where.centre)
    own = {**DEFAULT_PROMISES, **where.centre.settings.get("promises", {})}
    form = PromiseForm(request.POST or None, initial=own)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            describe.set_promises(where.centre, data, at=where.at, by_id=where.by.person_id)
            return reverse("settings_promises")

        answer = taken(request, form, act, _("已保存,从下一张单子起生效。"))
        if answer is not None:
            return answer
    calendar = calendar_of(where.centre)

    def due(promise: str) -> str:
        at = local(calendar.due(where.at, promise))
        return f"{say(promise)} → {at:%m-%d %H:%M}"

    rows = []
    for k in ServiceKind.objects.filter(centre=where.centre, retired_at=None).order_by("rank"):
        base = {**own, **k.promises}
        rows.append(
            row(
                (k.name, reverse("settings_kind", args=[k.id])),
                due(base["urgent"]),
                due(base["normal"]),
                _("本类自己的") if k.promises else _("随本中心"),
            )
        )
    table = {
        "caption": _("现在点单,最晚什么时候办好"),
        "columns": columns(_("服务类别"), _("紧急"), _("一般"), _("出处")),
        "rows": rows,
    }
    return plain(
        request,
        "promises",
        _("承诺时限"),
        where=where,
        lead=_("群众点单后看到的“什么时候前答复”,就按这里算。工作日按本中心的工作日历。"),
        forms=[
            {
                "form": form,
                "heading": _("本中心的默认承诺"),
                "note": _("类别没有写自己的承诺时用它。"),
                "button": _("保存"),
                "primary": True,
                "form_id": "promises",
            }
        ],
        forms_first=True,
        tables=[table],
    )


class TagsForm(SettingsForm):
    """All the sets in one text: a line each, 标题:词、词."""

    tags = forms.CharField(
        label=gettext_lazy("标签组"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("一行一组,如“五大任务:学习实践科学理论、宣传宣讲党的政策”。"),
    )


@require_http_methods(["GET", "POST"])
@door.admin_only
def tags(request: HttpRequest) -> HttpResponse:
    """The centre's own lists: 平台, 五大任务, 主题…"""
    where = here(request)
    check_admin(where.by, where.centre)
    own: dict[str, list[str]] = where.centre.settings.get("tags", {})
    text = "\n".join(f"{title}:{'、'.join(words)}" for title, words in own.items())
    form = TagsForm(request.POST or None, initial={"tags": text})
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            describe.set_tags(
                where.centre, tag_sets(data["tags"]), at=where.at, by_id=where.by.person_id
            )
            return reverse("settings_tags")

        answer = taken(request, form, act)
        if answer is not None:
            return answer
    living = ServiceKind.objects.filter(centre=where.centre, retired_at=None)
    used = {tag for k in living for tag in k.tags}
    table = {
        "caption": _("现有标签"),
        "columns": columns(_("组"), _("标签"), _("个数"), nums=(2,)),
        "rows": [row(title, "、".join(words), len(words)) for title, words in own.items()],
        "empty": {
            "icon": "clipboard-list",
            "sentence": _("还没有标签"),
            "fill": _("各地的说法不同:平台、五大任务、五类文明实践、主题活动……写成自己的几组。"),
        },
    }
    loose = sorted(used - {w for words in own.values() for w in words})
    return plain(
        request,
        "tags",
        _("标签"),
        where=where,
        lead=_("服务类别贴上标签后,报表和大屏可以按标签统计。"),
        notes=[_("有类别用着不在组里的标签:%(tags)s") % {"tags": "、".join(loose)}]
        if loose
        else [],
        tables=[table],
        forms=[{"form": form, "button": _("保存"), "primary": True, "form_id": "tags"}],
    )


def tag_sets(text: str) -> dict[str, list[str]]:
    """平台:教育、文化 on a line each → a set each; a title said twice is one set."""
    sets: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.strip():
            title, _colon, words = line.replace(":", ":").partition(":")
            sets.setdefault(" ".join(title.split()), []).extend(split_words(words))
    return sets
