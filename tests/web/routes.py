"""Every address of the house, read from the URL table, and what to send to each."""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Enough of every field for a form or a verb to get as far as asking whose it is.
FORM = {
    "reason": "原因", "text": "文字", "score": "1", "note": "记一笔", "outcome": "办好了", "code": "1",
    "question": "谁来办", "due": "2099-01-01T10:00", "reached": "yes", "kind": "haircut",
    "step": "confirm", "people": "", "verb": "withdraw", "answer": "yes", "why": "试试",
    "title": "改名", "name": "改名", "words": "改掉", "state": "draft",
}  # fmt: skip

# Written by coming and going, not by acting.
NOT_ACTS = {"django_session", "axes_accesslog", "axes_accessattempt", "people_login", "login"}
WORDS = ("verb", "step")
QUERIES = {"api:satisfaction": "?place={place_id}", "api:places": "?q=社区"}


@dataclass(frozen=True)
class Route:
    """One address of the URL table."""

    name: str
    pattern: str
    arguments: frozenset[str]

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    def address(self, values: dict[str, Any]) -> str:
        """The address with ids and words filled in."""
        filled: dict[str, Any] = {}
        for name in self.arguments:
            value = values[name]
            if name == "key" and "desk" in self.name:
                value = "placed"
            elif self.name == "site_application":
                value = values["application_key"]
            filled[name] = "no_such" if self.name.endswith("_unknown") and name in WORDS else value
        return reverse(self.name, kwargs=filled) + QUERIES.get(self.name, "").format(**values)


@functools.cache
def routes() -> tuple[Route, ...]:
    """All of them, in order of their names."""
    found = {r.name: r for r in _walk(get_resolver(), "", "")}
    return tuple(found[name] for name in sorted(found))


def _walk(resolver: URLResolver, before: str, space: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, pattern, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            names = frozenset(one.pattern.regex.groupindex)
            yield Route(space + (one.name or f"?{pattern}"), pattern, names)


@functools.cache
def _schema() -> dict[str, Any]:
    from diandan.web.api.urls import api

    return api.get_openapi_schema()


def body_for(route: Route) -> dict[str, Any] | None:
    """The smallest body of the right shape, or None when the address takes no POST."""
    plain = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.pattern)
    one = _schema()["paths"].get(plain, {}).get("post")
    if one is None:
        return None
    content = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _fill(content.get("schema", {}))


def _fill(schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        schema = _schema()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if schema.get("type") == "object":
        needed = schema.get("required", ())
        return {name: _fill(schema["properties"][name]) for name in needed}
    samples = {"string": "原因", "integer": 1, "boolean": True, "array": []}
    if schema.get("format") == "date-time":
        return "2099-01-01T10:00:00+08:00"
    return samples[schema.get("type", "string")]


def send(client: Client, route: Route, method: str, values: dict[str, Any]) -> Any:
    """One call."""
    address = route.address(values)
    if method == "GET":
        return client.get(address)
    if route.is_api:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        body = body_for(route) or {}
        return client.post(address, body, content_type="application/json", headers=key)
    ids = {"person_id": values["person_id"], "people": values["person_id"]}
    return client.post(address, {**FORM, **{k: str(v) for k, v in ids.items()}})


def said(response: Any) -> str:
    """Everything a response shows, also inside a workbook."""
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    if raw[:2] == b"PK":
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            raw = b"\n".join(book.read(name) for name in book.namelist())
    where = response.get("Location", "") + response.get("Content-Disposition", "")
    return raw.decode("utf-8", "replace") + where


def fingerprint() -> dict[str, str]:
    """What stands in every table."""
    with connection.cursor() as cursor:
        names = [n for n in connection.introspection.table_names(cursor) if n not in NOT_ACTS]
        stand: dict[str, str] = {}
        for name in names:
            cursor.execute(
                f"SELECT count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM \"{name}\" t"
            )
            stand[name] = str(cursor.fetchone())
    return stand
