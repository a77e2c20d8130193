"""接口: its addresses, under /api/v1/, and a page about it that needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import JSONRenderer

from diandan.kit.refusal import Refusal

from . import asks, attending, desk, hotline, mall, months, offered, order, records, serving, work
from .gate import KEY_HEADER, SCOPES, say_problem, whole
from .schema import REF, Api, changes

TOLD = {
    "missing": t("请填写这一项。"),
    "extra_forbidden": t("没有这一项,请核对名称。"),
    "null_character": t("文字里有看不见的控制字符,请删掉后再发。"),
    "string_too_long": t("写得太长了,请精简。"),
    "uuid_parsing": t("编号格式不对。"),
    "uuid_type": t("编号格式不对。"),
    "enum": t("请从给定的选项里选一个。"),
    "timezone_aware": t("时间要带时区,例如 2026-03-05T12:00:00+08:00。"),
    "too_long": t("一次选得太多了。"),
    "bool_parsing": t("请填 true 或 false。"),
    "bool_type": t("请填 true 或 false。"),
}
TOLD_BY_BEGINNING = {
    "int": t("请填整数。"),
    "greater": t("数字太小了。"),
    "less": t("数字太大了。"),
    "datetime": t("时间看不懂,请写成 2026-03-05T12:00:00+08:00。"),
    "string": t("这里要填文字。"),
    "list": t("这里要填一个列表。"),
    "model": t("这里要填一个对象。"),
}


def _refused(request: HttpRequest, exc: Refusal | type[Refusal]) -> HttpResponse:
    assert isinstance(exc, Refusal)
    request.diandan_no = exc.code  # type: ignore[attr-defined]  # the gate counts wrong codes
    return say_problem(exc)


def _bad_shape(request: HttpRequest, exc: ValidationError | type[ValidationError]) -> HttpResponse:
    """Each wrong field with a sentence of its own."""
    assert isinstance(exc, ValidationError)
    errors = [
        {
            "field": ".".join(str(p) for p in e["loc"] if p not in ("body", "query", "path")),
            "sentence": _told(str(e["type"])),
            "type": e["type"],
        }
        for e in exc.errors
    ]
    first = errors[0]
    field = str(first["field"])
    sentence = _("「%(field)s」%(told)s") % {"field": field, "told": first["sentence"]}
    no = Refusal("bad_shape", sentence if field else str(first["sentence"]), field=field)
    return say_problem(no, errors=errors)


def _told(kind: str) -> str:
    if kind in TOLD:
        return str(TOLD[kind])
    found = (words for start, words in TOLD_BY_BEGINNING.items() if kind.startswith(start))
    return str(next(found, _("这一项填得不对。")))


def _http(request: HttpRequest, exc: HttpError | type[HttpError]) -> HttpResponse:
    assert isinstance(exc, HttpError)
    words = {400: _("发来的内容不是完整的 JSON,请核对后再发。"), 401: _("请带上钥匙,或先登录。")}
    sentence = words.get(exc.status_code, _("这个请求没有办成,请核对后再发。"))
    code = {400: "bad_json", 401: "sign_in_first"}.get(exc.status_code, "refused")
    return say_problem(Refusal(code, sentence, status=exc.status_code))


class _Readable(JSONRenderer):
    """Chinese as Chinese, for who reads the answers by eye."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


def _api() -> NinjaAPI:
    api = Api(
        renderer=_Readable(),
        title="点单 Diandan",
        version="1",
        urls_namespace="api",
        docs_url=None,
        openapi_url="/openapi.json",
        description=(
            "页面上能做的,程序也能做,走的是同一条路。请求头写 Authorization: Bearer 加钥匙,"
            "钥匙只在给它的权限之内做事;已登录的浏览器也可以调用,写操作要带 CSRF。"
            f"每次 POST 必须带 {KEY_HEADER}:同一个键、同样的内容再发一次,得到同一个答复。"
            "办不了时答 application/problem+json,title 是给人看的一句话。"
            "时间一律带时区(ISO 8601),编号为 UUID,阵地为整数编号。"
        ),
    )
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(ValidationError, _bad_shape)
    api.add_exception_handler(HttpError, _http)
    api.add_router("", desk.router)
    api.add_router("", hotline.router)
    api.add_router("", offered.router)
    api.add_router("", order.router)
    # Before those that answer "no such step" to any word behind a task or a job.
    api.add_router("", attending.router)
    api.add_router("", work.router)
    api.add_router("", serving.router)
    api.add_router("", asks.router)
    api.add_router("", records.router)
    api.add_router("", mall.router)
    api.add_router("", months.router)
    return api


api = _api()


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every operation with its scope and its body, for people, rendered here."""
    schema = api.get_openapi_schema()
    operations = [
        _operation(address, method, one, schema)
        for address, methods in schema["paths"].items()
        for method, one in methods.items()
    ]
    scopes = [{"name": name, "words": words} for name, words in SCOPES.items()]
    return render(request, "api/docs.html", {"operations": operations, "scopes": scopes})


def _operation(address: str, method: str, one: dict[str, Any], schema: Any) -> dict[str, Any]:
    sent = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    answered = one["responses"][200]["content"]["application/json"]["schema"]
    query = [p["name"] for p in one.get("parameters", ()) if p["in"] == "query"]
    return {
        "name": one["operationId"],
        "method": method.upper(),
        "path": address,
        "summary": one.get("summary", ""),
        "scopes": one.get("x-scopes", ()),
        "open": "x-scopes" not in one,
        "fields": _fields(sent.get("schema", {}), schema),
        "answers": _fields(answered.get("items", answered), schema),
        "is_list": "items" in answered,
        "query": query,
    }


def _fields(found: dict[str, Any], schema: Any) -> list[dict[str, Any]]:
    shape = schema["components"]["schemas"].get(found.get("$ref", "").removeprefix(REF), {})
    need = set(shape.get("required", ()))
    return [
        {"name": name, "needed": name in need, "words": one.get("description", "")}
        for name, one in shape.get("properties", {}).items()
    ]


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """No such address."""
    return say_problem(
        Refusal("no_such_address", _("没有这个接口地址,请看 /api/v1/docs。"), status=404)
    )


def _operations() -> list[URLPattern | URLResolver]:
    """The library's addresses, each wrapped so that a no is a problem and a repeat is a repeat."""
    must_key = changes(api)
    wrapped: list[URLPattern | URLResolver] = []
    for one in api.urls[0]:
        if isinstance(one, URLPattern):
            view = (
                nowhere
                if one.name == "api-root"
                else whole(one.callback, must_key=one.name in must_key)
            )
            wrapped.append(URLPattern(one.pattern, view, one.default_args, one.name))
    return wrapped


urlpatterns = [
    path("docs", docs, name="api_docs"),
    path("", include((_operations(), "api"), namespace="api")),
    re_path(r"^.*$", nowhere, name="api_nowhere"),
]
