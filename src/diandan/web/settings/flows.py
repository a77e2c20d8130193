"""流程: the chosen template to read, others beside it, a trial on open orders, and one's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.flow import choosing, trial
from diandan.flow.choice import OWN, chosen, flow_of
from diandan.flow.diagram import diagram
from diandan.flow.template import Flow, shipped, shipped_text
from diandan.flow.words import clock_words, ordered, owner_words, settings_words, state_words
from diandan.flow.words import way_words as ways
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people.policies import check_admin
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.web import door
from diandan.web.desk import explain

from .page import Here, SettingsForm, columns, here, pressed, row, show, taken


@require_http_methods(["GET"])
@door.admin_only
def flow(request: HttpRequest) -> HttpResponse:
    """The flow this centre lives by, drawn; and what else it could choose."""
    where = here(request)
    check_admin(where.by, where.centre)
    now_id = chosen(where.centre)
    now = flow_of(now_id)
    others = [f for f in choosing.choosable() if f.id != now_id]
    always = [f for f in shipped().values() if f.id in choosing.NOT_A_CENTRES]
    return show(
        request,
        "settings/flow.html",
        "flow",
        where,
        flow=_face(now),
        own=now_id.startswith(OWN),
        drawing=_drawing(now),
        table=_stages(now),
        others=[_beside(f, now) for f in others],
        always=[
            _face(f) | {"note": _always(f, where)}
            for f in always
            if "*" in f.places or _is_here(f, where.centre.slug)
        ],
        history=[
            {
                "at": f"{local(c.at):%Y-%m-%d %H:%M}",
                "name": _("自己写的(从%(name)s改)") % {"name": c.name} if c.own else c.name,
            }
            for c in choosing.history(where.centre)
        ],
    )


def _always(one: Flow, where: Here) -> str:
    """Which kinds of need go this way, and how many teams the house asks at once there."""
    kinds = ServiceKind.objects.filter(centre=where.centre, flow=one.id, retired_at=None)
    names = "、".join(kinds.order_by("rank", "id").values_list("name", flat=True))
    said = _("走这里的服务类别:%(names)s。") % {"names": names} if names else ""
    if explain.fast(one):
        said += _("不经中心派单,自动问队伍,一次问%(n)d支,先应先办。") % {"n": one.wave}
    return said


def _is_here(one: Flow, slug: str) -> bool:
    return slug in one.places


def _face(one: Flow) -> dict[str, Any]:
    return {
        "id": one.id,
        "row": one.row,
        "name": one.name,
        "chain": one.chain,
        "source": one.source.partition(":")[2] or one.source,
        "settings": [{"label": name, "text": words} for name, words in settings_words(one)],
    }


def _beside(one: Flow, now: Flow) -> dict[str, Any]:
    """A template, with only what it sets differently from the present one."""
    have = dict(settings_words(now))
    differs = [
        {"label": name, "text": words}
        for name, words in settings_words(one)
        if have.get(name) != words
    ]
    return _face(one) | {
        "settings": differs,
        "try_url": reverse("settings_try_flow", args=[one.id]),
    }


def _drawing(one: Flow) -> str:
    # Every word in it went through escape() in flow.diagram.
    return mark_safe(diagram(one))  # noqa: S308


def _stages(one: Flow) -> dict[str, Any]:
    nouns = {"request": _("点单"), "job": _("服务单")}
    return {
        "caption": _("每一步:谁负责、多久、怎么走"),
        "id": "stages",
        "columns": columns(_("对象"), _("状态"), _("谁负责"), _("时限"), _("出路")),
        "rows": [
            row(
                nouns[noun],
                state_words(noun, s.state),
                "—" if s.ends else owner_words(s.owner),
                clock_words(s) or "—",
                ";".join(ways(s)) or _("到此为止"),
            )
            for noun in ("request", "job")
            for s in ordered(one, noun)
        ],
    }


def _choosable(flow_id: str) -> Flow:
    found = {f.id: f for f in choosing.choosable()}.get(flow_id)
    if found is None:
        raise missing(_("没有这个流程。"), "unknown_flow")
    return found


@require_http_methods(["GET"])
@door.admin_only
def try_flow(request: HttpRequest, flow_id: str) -> HttpResponse:
    """How the open orders of the last 30 days would go under another flow. Changes nothing."""
    where = here(request)
    check_admin(where.by, where.centre)
    other = _choosable(flow_id)
    return show(
        request,
        "settings/flow_try.html",
        "flow",
        where,
        now=_face(flow_of(chosen(where.centre))),
        then=_face(other),
        drawing=_drawing(other),
        tried=_tried(request, other),
        choose_url=reverse("settings_choose_flow", args=[other.id]),
    )


def _tried(request: HttpRequest, other: Flow) -> dict[str, Any]:
    where = here(request)
    rows = trial.try_out(where.centre, other, by=where.by, at=where.at)
    changed = [t for t in rows if t.changes]
    stopped = [t for t in rows if t.then.stopped]
    return {
        "n": len(rows),
        "changed": len(changed),
        "stopped": len(stopped),
        "days": trial.DAYS,
        "table": {
            "caption": _("近 %(n)d 天在办的单子,换个流程会怎样") % {"n": trial.DAYS},
            "id": "tried",
            "columns": columns(
                _("单号"), _("事"), _("承诺(不变)"), _("现在"), _("换后"), _("会变的")
            ),
            "rows": [
                row(
                    (t.number, reverse("desk_request", args=[t.id])),
                    f"{t.title}\n{t.place}",
                    f"{local(t.promise_at):%m-%d %H:%M}",
                    _way(t.now),
                    _way(t.then),
                    "\n".join(t.changes) or _("没有变化"),
                )
                for t in rows
            ],
            "empty": {
                "icon": "inbox",
                "sentence": _("近 %(n)d 天没有在办的单子") % {"n": trial.DAYS},
                "fill": _("有了在办的单子,这里逐件比较先到谁手里、几步派出去。"),
            },
        },
    }


def _way(going: trial.Going) -> str:
    steps = " → ".join(
        _("%(label)s(自动)") % {"label": s.label} if s.auto else s.label for s in going.steps
    )
    head = _("先到 %(who)s") % {"who": going.first_owner}
    return f"{head}\n{steps}" + (f"\n{going.stopped}" if going.stopped else "")


@require_POST
@door.admin_only
def choose(request: HttpRequest, flow_id: str) -> HttpResponse:
    """From now on new orders go this way."""
    where = here(request)
    other = _choosable(flow_id)

    def act() -> str:
        choosing.choose(where.centre, other.id, by=where.by, at=where.at)
        return reverse("settings_flow")

    said = _("新单从现在起走“%(name)s”。在办的单子照原来的流程办完。")
    return pressed(request, act, said % {"name": other.name})


class OwnFlowForm(SettingsForm):
    """The centre's own text, begun from a shipped one."""

    flow = forms.ChoiceField(widget=forms.HiddenInput)
    body = forms.CharField(
        label=gettext_lazy("流程文字"),
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false"}),
        help_text=gettext_lazy('写了 extends = "common" 的,只需写与通用流程不同的地方。'),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["flow"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(f.id, f.name) for f in choosing.choosable()]


@require_http_methods(["GET", "POST"])
@door.admin_only
def own_flow(request: HttpRequest) -> HttpResponse:
    """Write one's own: faults in words, a trial on open orders, then the choice."""
    where = here(request)
    check_admin(where.by, where.centre)
    now = chosen(where.centre)
    base = request.GET.get("from", "") or ("w1_jiangning" if now.startswith(OWN) else now)
    base = base if base in {f.id for f in choosing.choosable()} else "w1_jiangning"
    text = (
        choosing.own_text(where.centre) if now.startswith(OWN) and "from" not in request.GET else ""
    )
    form = OwnFlowForm(
        request.POST or None, initial={"flow": base, "body": text or shipped_text(base)}
    )
    faults: list[str] = []
    tried, drawing = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made = choosing.read_own(form.cleaned_data["body"])
        except Refusal as no:
            form.refuse(no)
            faults = list(no.more.get("faults", ()))
        else:
            if request.POST.get("do") == "choose":

                def act(data: dict[str, Any]) -> str:
                    choosing.choose(
                        where.centre, data["flow"], by=where.by, at=where.at, body=data["body"]
                    )
                    return reverse("settings_flow")

                done = _("新单从现在起走您写的流程。在办的单子照原来的流程办完。")
                answer = taken(request, form, act, done)
                if answer is not None:
                    return answer
            tried, drawing = _tried(request, made), _drawing(made)
    return show(
        request,
        "settings/flow_own.html",
        "flow",
        where,
        form=form,
        faults=faults,
        tried=tried,
        drawing=drawing,
        starts=[{"id": f.id, "name": f.name} for f in choosing.choosable()],
        base=base,
    )
