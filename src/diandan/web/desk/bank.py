"""时间银行: what waits for an officer, what she proposes, and whether it can all be paid out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Kind, Place
from diandan.ground.places.queries import center_of
from diandan.kit.refusal import Refusal, missing
from diandan.square.bank import queries
from diandan.square.bank.actions.apply import Case, ask, decide
from diandan.square.bank.core import COIN, say
from diandan.square.bank.liability import UNKNOWN, Liability, liability
from diandan.square.bank.models import Application
from diandan.square.bank.policies import may_decide
from diandan.square.bank.rulebook import rules_for
from diandan.web import door
from diandan.web.shared.coins import known_person, minutes_of, person_id_of

from . import frame, takeaway

State, What = Application.State, Application.Kind
WAITING = (State.WAITING, State.CHECKED)
SHOWN = 100


def centres(by: Actor) -> list[Place]:
    """The centres whose bank she works for: in her subtrees, else the one above her."""
    found: dict[int, Place] = {}
    for path in by.paths:
        for place in Place.objects.filter(
            path__startswith=path, kind=Kind.CENTER, valid_until=None
        ):
            found[place.id] = place
        here = Place.objects.filter(path=path).first()
        if here is not None:
            above = center_of(here)
            found.setdefault(above.id, above)
    return sorted(found.values(), key=lambda place: place.path)


@require_GET
@door.staff_only
def home(request: HttpRequest) -> HttpResponse:
    """The queue, and what was decided lately."""
    return _home(request)


def _home(
    request: HttpRequest,
    failed: frame.Failed | None = None,
    papers: dict[str, Any] | None = None,
) -> HttpResponse:
    by = door.actor(request)
    rows = list(queries.queue(by.paths)[: SHOWN * 3])
    waiting = [row for row in rows if row.state in WAITING][:SHOWN]
    done = [row for row in rows if row.state not in WAITING][::-1][:20]
    names = people.masked_names(
        one for row in rows for one in (row.person_id, row.other_id, row.asked_by_id) if one
    )
    return frame.plain(
        request,
        "desk/bank.html",
        "bank",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        waiting=[_row(row, names, by) for row in waiting],
        done=[_row(row, names, by) for row in done],
        papers=papers or {},
    )


def _row(row: Application, names: dict[Any, str], by: Actor) -> dict[str, Any]:
    def name(one: Any) -> str:
        return names.get(one, "") if one else ""

    concerned = (row.person_id, row.other_id, row.asked_by_id, row.checked_by_id)
    return {
        "id": str(row.id),
        "kind": row.get_kind_display(),
        "state": row.get_state_display(),
        "is_second": row.state == State.CHECKED,
        "person": name(row.person_id),
        "other": name(row.other_id),
        "relation": row.get_relation_display() if row.relation else "",
        "basis": row.get_basis_display() if row.basis else "",
        "coins": say(row.minutes) if row.minutes else "",
        "note": row.note,
        "asked_by": name(row.asked_by_id) if row.asked_by_id else _("系统"),
        "at": row.asked_at,
        "centre": row.centre.name,
        "answer": row.answer,
        "is_good": row.state == State.GRANTED,
        "has_papers": bool(row.document_enc) or bool(row.other_id),
        "mine": may_decide(by, row) and by.person_id not in concerned,
        "may_read": may_decide(by, row),
    }


@require_POST
@door.staff_only
def decide_one(request: HttpRequest) -> HttpResponse:
    """通过 or 不通过, by somebody whom it does not concern."""
    by, at = door.actor(request), door.now(request)
    row_id = person_id_of(request.POST.get("application", ""))
    if row_id is None:
        raise missing(_("没有找到这件申请。"), "unknown_application")

    def act() -> str:
        row = decide(
            row_id,
            is_granted=request.POST.get("verdict") == "granted",
            text=request.POST.get("text", ""),
            by=by,
            at=at,
        )
        frame.said(request, _("已记下:%(state)s。") % {"state": row.get_state_display()})
        return reverse("desk_bank")

    return frame.act(request, f"case-{row_id}", act, lambda failed: _home(request, failed))


@require_POST
@door.staff_only
def read(request: HttpRequest) -> HttpResponse:
    """Whole names and the paper's number, to compare with the originals; the reading is kept."""
    by, at = door.actor(request), door.now(request)
    row = queries.application(
        person_id_of(request.POST.get("application", "")) or by.person_id or _nobody()
    )
    if not may_decide(by, row):
        raise missing(_("没有找到这件申请。"), "unknown_application")
    found = queries.papers_of(row, reader=by, at=at)
    answer = _home(request, papers={"id": str(row.id), "found": found})
    return frame.kept_nowhere(answer)


def _nobody() -> Any:
    raise missing(_("没有找到这件申请。"), "unknown_application")


PERSON_FIELDS = (
    {"name": "name", "label": t("姓名"), "type": "text", "required": True},
    {"name": "phone", "label": t("登记的手机号"), "type": "tel", "mode": "tel", "required": True},
)
COIN_FIELD = {
    "name": "coins",
    "label": t("几枚(1枚=1小时)"),
    "type": "text",
    "mode": "decimal",
    "required": True,
}
NOTE_FIELD = {"name": "note", "label": t("说明"), "type": "area", "required": False}
BASIS_FIELD = {
    "name": "basis",
    "label": t("依据"),
    "type": "select",
    "required": True,
    "options": [{"value": row.value, "label": row.label} for row in Application.Basis],
}
DOCUMENT_FIELD = {"name": "document", "label": t("批准文号"), "type": "text", "required": True}
NEW: dict[str, tuple[Any, Any, Application.Kind, tuple[dict[str, Any], ...]]] = {
    "elder": (
        t("登记服务对象"),
        t("登记以后,为这位老人服务的志愿者可以存时间。年龄按登记的出生日期核对。"),
        What.ELDER,
        (*PERSON_FIELDS, BASIS_FIELD, NOTE_FIELD),
    ),
    "issue": (
        t("从基金发放时间币"),
        t("发给已登记的重点空巢独居老人。您提出后,由另一位工作人员核对才生效。"),
        What.ISSUE,
        (*PERSON_FIELDS, COIN_FIELD, NOTE_FIELD),
    ),
    "fund": (
        t("补充基金"),
        t("先用公益池里捐赠的,不足的按市里批准的文件补充。由另一位工作人员核对才生效。"),
        What.FUND,
        (COIN_FIELD, DOCUMENT_FIELD, NOTE_FIELD),
    ),
}


@require_http_methods(["GET", "POST"])
@door.staff_only
def new(request: HttpRequest, what: str) -> HttpResponse:
    """What an officer proposes; another one decides."""
    if what not in NEW:
        raise missing(_("没有这个页面。"))
    if request.method == "POST":
        return frame.act(
            request,
            f"bank-{what}",
            lambda: _propose(request, what),
            lambda failed: _form(request, what, failed),
        )
    return _form(request, what)


def _propose(request: HttpRequest, what: str) -> str:
    by, post = door.actor(request), request.POST
    title, _about, kind, fields = NEW[what]
    names = {field["name"] for field in fields}
    case = Case(
        kind=kind,
        centre=_centre(by, post.get("centre", "")),
        person=known_person(post.get("name", ""), post.get("phone", ""))
        if "phone" in names
        else None,
        basis=post.get("basis", ""),
        minutes=minutes_of(post.get("coins", "")) if "coins" in names else 0,
        document=post.get("document", ""),
        note=post.get("note", ""),
    )
    if "phone" in names and case.person is None:
        raise Refusal("no_such_person", _("没有找到这个人,请核对姓名和手机号。"), field="phone")
    ask(case, by=by, at=door.now(request))
    frame.said(
        request, _("「%(what)s」已提出,等另一位工作人员核对。") % {"what": title}, f"bank-{what}"
    )
    return reverse("desk_bank")


def _centre(by: Actor, text: str) -> Place:
    found = centres(by)
    for place in found:
        if str(place.id) == text:
            return place
    if len(found) == 1 and not text:
        return found[0]
    raise Refusal("which_centre", _("请选择中心。"), field="centre")


def _form(request: HttpRequest, what: str, failed: frame.Failed | None = None) -> HttpResponse:
    title, about, _kind, fields = NEW[what]
    typed = failed.typed if failed else {}
    found = centres(door.actor(request))
    choose = {
        "name": "centre",
        "label": _("中心"),
        "type": "select",
        "required": True,
        "options": [{"value": str(place.id), "label": place.name} for place in found],
    }
    shown = [choose, *fields] if len(found) > 1 else list(fields)
    return frame.plain(
        request,
        "desk/plain_form.html",
        "bank",
        status=failed.refusal.status if failed else 200,
        title=title,
        about=about,
        button=_("提出"),
        form_id=f"bank-{what}",
        back=reverse("desk_bank"),
        failed=failed,
        fields=filled(shown, typed, failed),
    )


def filled(
    fields: list[dict[str, Any]], typed: Any, failed: frame.Failed | None
) -> list[dict[str, Any]]:
    """The fields with what was typed into them and what was wrong with it."""
    return [
        {
            **one,
            "value": typed.get(one["name"], one.get("value", "")),
            "error": failed.refusal.sentence
            if failed and failed.refusal.field == one["name"]
            else "",
        }
        for one in fields
    ]


@require_GET
@door.staff_only
def report(request: HttpRequest) -> HttpResponse:
    """兑付报告: a centre's saved hours against a year, and what centres owe each other."""
    at = door.now(request)
    banks = [_bank(place, at) for place in centres(door.actor(request))]
    return frame.plain(
        request,
        "desk/bank_report.html",
        "bank",
        banks=banks,
        at=at,
        xlsx_url=reverse("desk_bank_export", args=["xlsx"]),
        csv_url=reverse("desk_bank_export", args=["csv"]),
    )


def _bank(place: Place, at: datetime) -> dict[str, Any]:
    found = liability(place, at)
    rules = rules_for(place)
    return {
        "name": place.name,
        "rules": rules.title,
        "source": rules.source,
        "facts": _facts(found),
        "years": f"{found.years:.2f}" if found.years is not None else "",
        "saved": say(found.saved),
        "bands": [
            {"word": _age(band.word), "holders": band.holders, "coins": say(band.minutes)}
            for band in found.bands
        ],
        "owed": [
            {
                "centre": row.centre.name,
                "out": say(row.out),
                "back": say(row.back),
                "net": say(row.net),
            }
            for row in queries.owed_by(place)
        ],
    }


def _facts(found: Liability) -> list[dict[str, str]]:
    rows = (
        (_("个人存着"), found.persons),
        (_("集体存着(只能捐)"), found.groups),
        (_("公益池"), found.pool),
        (_("发放基金"), found.fund),
        (_("近12个月服务了"), found.served_year),
        (_("近12个月用掉了"), found.used_year),
    )
    hours = _("%(n)s 枚(小时)")
    return [{"label": label, "text": hours % {"n": say(minutes)}} for label, minutes in rows]


def _age(word: str) -> str:
    return _("没有登记年龄") if word == UNKNOWN else _("%(band)s岁") % {"band": word}


@require_GET
@door.staff_only
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The report as one table: a line for each figure."""
    at = door.now(request)
    heads = [_("中心"), _("项目"), _("细项"), _("人数"), _("时间币"), _("分钟")]
    rows: list[list[Any]] = []
    for place in centres(door.actor(request)):
        found = liability(place, at)
        for label, minutes in (
            (_("个人存着"), found.persons),
            (_("集体存着(只能捐)"), found.groups),
            (_("公益池"), found.pool),
            (_("发放基金"), found.fund),
            (_("近12个月服务了"), found.served_year),
            (_("近12个月用掉了"), found.used_year),
        ):
            rows.append([place.name, label, "", "", minutes / COIN, minutes])
        years = "" if found.years is None else round(found.years, 4)
        rows.append([place.name, _("还清要几年"), "", "", years, ""])
        rows += [
            [
                place.name,
                _("按持有人年龄"),
                _age(band.word),
                band.holders,
                band.minutes / COIN,
                band.minutes,
            ]
            for band in found.bands
        ]
        rows += [
            [place.name, _("应付别的中心"), row.centre.name, "", row.net / COIN, row.net]
            for row in queries.owed_by(place)
        ]
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(_("时间银行兑付报告"), heads, rows)
