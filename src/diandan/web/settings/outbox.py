"""消息发送: what waits, what went out, what failed and why; a failed one is tried again by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.notify import queries
from diandan.ground.notify.actions.resend import resend
from diandan.ground.notify.models import Delivery
from diandan.ground.people.policies import check_admin
from diandan.kit.units import local
from diandan.web import door
from diandan.web.shared.timeline import TELLINGS

from .page import Here, columns, here, pill, plain, pressed, row

State = Delivery.State
TONES = {State.WAITING: "wait", State.SENDING: "wait", State.SENT: "good", State.FAILED: "late"}

CHANNELS = {
    "sms": gettext_lazy("短信"),
    "wechat": gettext_lazy("微信"),
    "wecom": gettext_lazy("企业微信"),
    "dingtalk": gettext_lazy("钉钉"),
    "email": gettext_lazy("邮件"),
    "mail": gettext_lazy("邮件"),
}


def _inside(where: Here) -> Q:
    """Messages to people of this place, and those to a bare phone for the whole centre."""
    inside = Q(message__person__home__path__startswith=where.place.path)
    if where.place.id == where.centre.id:
        inside |= Q(message__person=None) | Q(message__person__home=None)
    return inside


@require_http_methods(["GET"])
@door.admin_only
def outbox(request: HttpRequest) -> HttpResponse:
    """Deliveries in one state; failed ones first if there are any."""
    where = here(request)
    check_admin(where.by, where.place)
    counts = {
        str(s): Delivery.objects.filter(_inside(where), state=s).exclude(channel="in_app").count()
        for s in State
    }
    wanted = request.GET.get("state", "")
    if wanted not in State.values:
        wanted = State.FAILED if counts[State.FAILED] else State.WAITING
    table = {
        "caption": str(State(wanted).label),
        "columns": columns(
            _("要说的事"), _("通道"), _("状态"), _("该发时间"), _("试过"), _("原因"), nums=(4,)
        ),
        "acts": wanted == State.FAILED,
        "rows": [_line(r) for r in queries.outbox_rows(wanted, where=_inside(where))],
        "empty": {
            "icon": "bell",
            "sentence": _("没有%(state)s的消息") % {"state": State(wanted).label},
            "fill": _("消息不经人手:到时间自动发出,发不出去的留在“发送失败”里。"),
        },
    }
    return plain(
        request,
        "outbox",
        _("消息发送"),
        where=where,
        lead=_("只看到发没发出去,看不到内容。"),
        actions=[
            {"href": f"?state={s}", "label": f"{State(s).label} {n}"} for s, n in counts.items()
        ],
        tables=[table],
    )


def _line(r: queries.OutboxRow) -> dict[str, Any]:
    presses = []
    if r.state == State.FAILED:
        presses = [{"href": reverse("settings_resend", args=[r.id]), "label": _("再发一次")}]
    href = reverse("desk_request", args=[r.request_id]) if r.request_id else ""
    return row(
        (_about(r.kind), href) if href else _about(r.kind),
        str(CHANNELS.get(r.channel, r.channel)),
        pill(r.label, TONES.get(State(r.state), "plain")),
        f"{local(r.due_at):%m-%d %H:%M}",
        r.tries,
        r.last_error,
        presses=presses,
    )


def _about(kind: str) -> str:
    """What it is about in the words of the timeline; a code or a digest by its own."""
    own = {"code": _("验证码"), "digest": _("每日汇总")}
    told = TELLINGS.get(kind)
    return str(told.title) if told else own.get(kind, kind)


@require_POST
@door.admin_only
def send_again(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Back in line."""
    where = here(request)
    if not Delivery.objects.filter(_inside(where), id=delivery_id).exists():
        check_admin(where.by, where.centre)

    def act() -> str:
        resend(delivery_id, centre=where.place, by=where.by, at=where.at)
        return reverse("settings_outbox")

    return pressed(request, act, _("已放回待发。"))
