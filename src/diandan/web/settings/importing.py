"""导入与导出: a place's own tables in, every bad row named first; its lists out as xlsx or csv."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from diandan.ground.people.actions import import_people, import_teams
from diandan.ground.people.policies import check_admin
from diandan.ground.places.actions import import_sites
from diandan.ground.places.sheet import BYTES_MAX, Imported, template
from diandan.kit.refusal import Refusal
from diandan.web import door

from .lists import LISTS, Rows, as_csv, as_xlsx
from .page import Here, SettingsForm, here, pressed, show

SALT = "settings.import"
KEPT_SECONDS = 3600
# What is checked first travels back inside the confirmation; beyond this the file is asked again.
KEPT_BYTES = 2 * 1024 * 1024
WHAT = {
    "sites": (gettext_lazy("阵地"), import_sites.COLUMNS),
    "teams": (gettext_lazy("队伍"), import_teams.COLUMNS),
    "people": (gettext_lazy("人员(发邀请)"), import_people.COLUMNS),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileForm(SettingsForm):
    """Which table, of what."""

    what = forms.ChoiceField(
        label=gettext_lazy("表里是什么"),
        choices=[(key, label) for key, (label, _c) in WHAT.items()],
    )
    file = forms.FileField(
        label=gettext_lazy("xlsx 或 csv 文件"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )


def _run(where: Here, what: str, content: bytes, *, dry_run: bool) -> Imported:
    if what == "sites":
        return import_sites.import_sites(
            where.place, content, at=where.at, dry_run=dry_run, by_id=where.by.person_id
        )
    run = import_teams.import_teams if what == "teams" else import_people.import_people
    return run(where.place, content, at=where.at, by=where.by, dry_run=dry_run)


@require_http_methods(["GET", "POST"])
@door.admin_only
def importing(request: HttpRequest) -> HttpResponse:
    """Upload: look first, with every bad row by line, column and reason; then confirm."""
    where = here(request)
    check_admin(where.by, where.place)
    if request.method == "POST" and "kept" in request.POST:
        return _confirm(request, where)
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        what, file = form.cleaned_data["what"], form.cleaned_data["file"]
        try:
            if file.size > min(BYTES_MAX, KEPT_BYTES):
                raise Refusal(
                    "file_too_big",
                    _("网页上一次最多 2 MB,更大的请分几次,或用 diandan import。"),
                    field="file",
                )
            content = file.read()
            seen = _run(where, what, content, dry_run=True)
        except Refusal as no:
            form.refuse(no)
        else:
            kept = signing.dumps(
                {"what": what, "at": where.place.id, "file": base64.b64encode(content).decode()},
                salt=SALT,
                compress=True,
            )
            context = {
                "seen": seen,
                "name": file.name,
                "what": WHAT[what][0],
                "kept": "" if seen.troubles else kept,
                "troubles": seen.troubles[:500],
            }
    return show(
        request,
        "settings/importing.html",
        "importing",
        where,
        form=form,
        templates=[
            {"label": label, "href": reverse("settings_template", args=[key])}
            for key, (label, _c) in WHAT.items()
        ],
        lists=[
            {
                "label": label,
                "xlsx": reverse("settings_export", args=[key, "xlsx"]),
                "csv": reverse("settings_export", args=[key, "csv"]),
            }
            for key, (label, _make) in LISTS.items()
        ],
        **context,
    )


def _confirm(request: HttpRequest, where: Here) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["kept"], salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        raise Refusal("stale_form", _("这次检查已过期,请重新上传。")) from None
    if kept["at"] != where.place.id:
        raise Refusal("other_place", _("您已换到另一个地方,请重新上传。"))
    content = base64.b64decode(kept["file"])

    def act() -> str:
        done = _run(where, kept["what"], content, dry_run=False)
        if done.troubles:
            raise Refusal("rows_refused", str(done.troubles[0]))
        messages.success(
            request,
            _("已写入:新增 %(new)d,更改 %(changed)d,不变 %(same)d。")
            % {"new": done.new, "changed": done.changed, "same": done.same},
        )
        return reverse("settings_importing")

    return pressed(request, act, _("导入完成。"))


@require_http_methods(["GET"])
@door.admin_only
def blank(request: HttpRequest, what: str) -> HttpResponse:
    """An empty table to fill in."""
    here(request)
    if what not in WHAT:
        raise Http404
    return _file(template(WHAT[what][1]), XLSX, f"{what}-template.xlsx")


@require_http_methods(["GET"])
@door.admin_only
def export(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """A list taken away as it stands now."""
    where = here(request)
    if what not in LISTS or form not in ("xlsx", "csv"):
        raise Http404
    label, make = LISTS[what]
    rows: Rows = make(where)
    name = f"{what}-{where.at:%Y%m%d}.{form}"
    if form == "csv":
        return _file(as_csv(rows), "text/csv; charset=utf-8", name)
    return _file(as_xlsx(rows, str(label)), XLSX, name)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
