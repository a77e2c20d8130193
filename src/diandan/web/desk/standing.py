"""定期服务: weekly visits, 长者生日会, 月底有约 for a named elder who agreed to them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.ground.people.actions import consents
from diandan.ground.people.actions.proxy import person_for_proxy
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent
from diandan.ground.people.queries import masked_name
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.ask.actions.standing import StandingWish, arrange_standing, end_standing
from diandan.path.ask.models import Standing
from diandan.path.ask.queries_regular import standing_for_change, standings_in
from diandan.web import door

from . import frame, parsing, pick, proxy, takeaway

IDEAS = (
    (Standing.Rhythm.WEEKLY, t("每周上门看望"), t("每周上门看望、聊天,帮忙量血压、打扫卫生")),
    (Standing.Rhythm.BIRTHDAY, t("长者生日会"), t("生日当天上门祝寿,送一碗长寿面")),
    (Standing.Rhythm.MONTH_END, t("月底有约"), t("月底请到实践站一起包饺子、看电影,需要接送")),
    (Standing.Rhythm.MONTHLY, t("每月理发"), t("每月上门理发")),
)


@require_GET
@door.staff_only
def standings(request: HttpRequest) -> HttpResponse:
    """What goes on in her places."""
    rows = _rows(door.actor(request))
    return frame.plain(
        request,
        "desk/standing.html",
        "standing",
        rows=rows,
        xlsx_url=reverse("desk_standing_export", args=["xlsx"]),
        csv_url=reverse("desk_standing_export", args=["csv"]),
    )


def _rows(by: Actor) -> list[dict[str, object]]:
    return [
        {
            "id": s.id,
            "who": masked_name(s.person),
            "title": s.title,
            "kind": s.kind.name,
            "place": s.place.name,
            "rhythm": str(s.get_rhythm_display()),
            "at_time": s.at_time,
            "next_on": s.next_on,
            "ahead": s.days_ahead,
            "consent": s.consent.note,
        }
        for s in standings_in(by)[:300]
    ]


@require_GET
@door.staff_only
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list as it is shown."""
    heads = [_("本人"), _("服务"), _("类型"), _("地点"), _("多久一次"), _("下次")]
    cells = [
        [r["who"], r["title"], r["kind"], r["place"], r["rhythm"], str(r["next_on"])]
        for r in _rows(door.actor(request))
    ]
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(_("定期服务"), heads, cells)


@require_http_methods(["GET", "POST"])
@door.staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Arrange one for a named elder."""
    by = door.actor(request)
    if request.method == "POST" and "find" not in request.POST:
        return frame.act(
            request,
            "standing",
            lambda: _arrange(request, by),
            lambda failed: _form(request, by, failed),
        )
    return _form(request, by)


def _form(request: HttpRequest, by: Actor, failed: frame.Failed | None = None) -> HttpResponse:
    typed = proxy.typed_into(request, failed)
    return frame.plain(
        request,
        "desk/standing_new.html",
        "standing",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=typed,
        ideas=IDEAS,
        rhythms=[
            {"value": r.value, "label": r.label, "chosen": r == typed.get("rhythm", "weekly")}
            for r in Standing.Rhythm
        ],
        kinds=proxy.kind_chips(by, typed.get("words", ""), typed.get("kind", "")),
        home=pick.field("regular", by, typed, "place"),
        consents=proxy.CONSENTS,
        today=local(door.now(request)).date(),
        **proxy.known_as(typed, by),
    )


def _arrange(request: HttpRequest, by: Actor) -> str:
    at, post = door.now(request), request.POST
    home = pick.place_meant("regular", by, post)
    kind = proxy.kind_of(post.get("kind", ""), home)
    rhythm = post.get("rhythm", "")
    if rhythm not in Standing.Rhythm.values:
        raise Refusal("unknown_rhythm", _("请选择多久一次。"), field="rhythm")
    wish = StandingWish(
        kind=kind,
        place=home,
        words=post.get("words", ""),
        rhythm=Standing.Rhythm(rhythm),
        from_on=parsing.day(request, "from_on"),
        title=post.get("title", ""),
        at_time=parsing.clock_time(request, "at_time"),
        days_ahead=parsing.number(request, "days_ahead", 60) or 7,
    )
    with transaction.atomic():
        person = person_for_proxy(
            name=post.get("name", ""),
            phone=post.get("phone", "") or None,
            home=home,
            at=at,
            by=by,
            consent_note=post.get("consent_note", ""),
            how="desk",
            same_as=proxy.known(post.get("same_as", ""), by),
        )
        born = post.get("born_on", "")
        if born and person.born_on is None:
            person.born_on = parsing.day(request, "born_on")
            person.save(update_fields=["born_on"])
        consent = consents.give(
            person=person,
            about=Consent.About.STANDING_ORDER,
            how="desk",
            note=post.get("consent_note", ""),
            at=at,
            by=by,
        )
        row = arrange_standing(person=person, wish=wish, consent=consent, by=by, at=at)
    frame.said(
        request,
        _("已安排「%(title)s」,第一次在%(day)s。") % {"title": row.title, "day": row.next_on},
        "standing",
    )
    return reverse("desk_standing")


@require_POST
@door.staff_only
def end(request: HttpRequest, standing_id: UUID) -> HttpResponse:
    """No more occurrences."""
    by, at = door.actor(request), door.now(request)

    def acted() -> str:
        end_standing(standing_for_change(standing_id), by=by, at=at)
        frame.said(request, _("已停止,不再自动点单。"))
        return reverse("desk_standing")

    return frame.act(request, "end", acted, _raise)


def _raise(failed: frame.Failed) -> HttpResponse:
    raise failed.refusal
