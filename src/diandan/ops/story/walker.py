"""走单人: a person at the pages. Reads forms as they are shown and sends them as a browser would.

It presses only what the page offers it: a story that finds no button fails, and says which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import httpx

Given = str | int | Sequence[str]
Pairs = list[tuple[str, str]]
BLOCKS = frozenset({"p", "li", "div", "section", "h1", "h2", "h3", "dt", "dd", "tr", "td", "form"})
SILENT = frozenset({"script", "style", "svg"})


class StoryTrouble(Exception):
    """The page was not what the story expects; the sentence says where and what."""


@dataclass(slots=True)
class Form:
    """A form of a page with what it already holds; `presses` are its named buttons."""

    action: str
    method: str = "get"
    fields: Pairs = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    presses: Pairs = field(default_factory=list)


class _Reader(HTMLParser):
    """Text, links and forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._area = ""
        self._area_text: list[str] = []
        self._select = ""
        self._choices: Pairs = []
        self._is_chosen = True
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a person could read, follow or fill in."""
        a = {k: v or "" for k, v in attrs}
        if tag in SILENT:
            self._silent += 1
        if tag in BLOCKS:
            self.text.append("\n")
        if tag == "a" and "href" in a:
            self.links.append(a["href"])
        if tag == "form":
            action = urljoin(self.address, a.get("action") or self.address)
            self._form = Form(action, a.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and "disabled" not in a:
            self._field(self._form, tag, a)

    def _field(self, form: Form, tag: str, a: dict[str, str]) -> None:
        name = a.get("name", "")
        if tag == "textarea":
            self._area, self._area_text = name, []
        elif tag == "select":
            self._select, self._choices, self._is_chosen = name, [], "multiple" in a
            form.names.add(name)
        elif tag == "option" and self._select:
            self._choices.append((self._select, a.get("value", "")))
            if "selected" in a:
                self._is_chosen = True
                form.fields.append(self._choices[-1])
        elif tag == "button" and name:
            form.presses.append((name, a.get("value", "")))
        elif tag == "input" and name:
            form.names.add(name)
            is_tick = a.get("type", "text") in ("checkbox", "radio")
            if not is_tick or "checked" in a:
                form.fields.append((name, a.get("value", "on" if is_tick else "")))

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "textarea" and self._form is not None and self._area:
            self._form.names.add(self._area)
            self._form.fields.append((self._area, "".join(self._area_text).removeprefix("\n")))
            self._area = ""
        elif tag == "select":
            if self._form is not None and not self._is_chosen:
                # A browser sends the first choice of a list that nobody touched.
                self._form.fields += self._choices[:1]
            self._select, self._is_chosen = "", True
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        """Words a person sees."""
        if self._area:
            self._area_text.append(data)
        elif not self._silent:
            self.text.append(data)


@dataclass(frozen=True, slots=True)
class Page:
    """One page as a person has it before her."""

    status: int
    address: str
    html: str
    text: str
    forms: list[Form]
    links: list[str]

    def find(self, pattern: str) -> str:
        """The first match (or its first group) in the text; a story without it fails."""
        found = re.search(pattern, self.text)
        if found is None:
            raise StoryTrouble(f"{self.where}:页面上没有「{pattern}」")
        return found.group(found.re.groups and 1)

    def find_link(self, pattern: str) -> str:
        """The first link that matches; its path."""
        for link in self.links:
            if re.search(pattern, link):
                return link
        raise StoryTrouble(f"{self.where}:页面上没有链接 {pattern}")

    def says(self, words: str) -> bool:
        """Whether the words stand on the page."""
        return words in self.text

    @property
    def where(self) -> str:
        """Its path, without the secret key of a slip."""
        return re.sub(r"/r/[A-Z0-9]+", "/r/…", urlsplit(self.address).path)


class Walker:
    """One person at a browser of her own."""

    def __init__(self, base: str, name: str = "") -> None:
        self.name = name
        self.base = base
        self.http = httpx.Client(base_url=base, follow_redirects=True, timeout=30, trust_env=False)

    def sign_in(self, person_id: UUID) -> Walker:
        """The demo's one-click sign-in."""
        page = self.get("/me/demo")
        token = next(v for form in page.forms for k, v in form.fields if k == "csrfmiddlewaretoken")
        self._send("/me/demo", [("csrfmiddlewaretoken", token), ("person", str(person_id))])
        return self

    def get(self, path: str) -> Page:
        """Open an address."""
        return self._read(self.http.get(path))

    def peek(self, path: str) -> int:
        """Only whether it may be opened: the status."""
        return self.http.get(path).status_code

    def press(
        self,
        page: Page,
        action: str = "",
        *,
        button: tuple[str, str] | None = None,
        has: str = "",
        fields: Mapping[str, Given] | None = None,
        **more: Given,
    ) -> Page:
        """Fill in and send the form of `page` with this action (its end), button or field."""
        form = _choose(page, action, button, has)
        given = {**(fields or {}), **more}
        pairs = [(k, v) for k, v in form.fields if k not in given]
        for name, value in given.items():
            if name not in form.names:
                raise StoryTrouble(f"{page.where}:表单里没有「{name}」这一格")
            pairs += _pairs(name, value)
        if button:
            pairs.append(button)
        answer = self._send(form.action, pairs)
        if answer.status != 200:
            told = " ".join(answer.text.split())[:300]
            raise StoryTrouble(f"{page.where} → {answer.where}:{answer.status} {told}")
        return answer

    def _send(self, address: str, pairs: Pairs) -> Page:
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        return self._read(self.http.post(address, data=data, headers={"Referer": address}))

    def _read(self, answer: httpx.Response) -> Page:
        if answer.status_code >= 500:
            raise StoryTrouble(f"{answer.request.method} {answer.url.path}:{answer.status_code}")
        reader = _Reader(str(answer.url))
        reader.feed(answer.text)
        lines = (" ".join(line.split()) for line in "".join(reader.text).split("\n"))
        text = "\n".join(line for line in lines if line)
        return Page(
            answer.status_code, str(answer.url), answer.text, text, reader.forms, reader.links
        )


def _pairs(name: str, value: Given) -> Pairs:
    if isinstance(value, str | int):
        return [(name, str(value))]
    return [(name, each) for each in value]


def _choose(page: Page, action: str, button: tuple[str, str] | None, has: str) -> Form:
    for form in page.forms:
        path = urlsplit(form.action).path
        if form.method != "post" or not path.endswith(action):
            continue
        if has and has not in form.names:
            continue
        if button is None or button in form.presses:
            return form
    wanted = action or (f"{button[0]}={button[1]}" if button else has)
    told = " ".join(page.text.split())[:160]
    raise StoryTrouble(f"{page.where}:页面上没有「{wanted}」这个按钮({told}…)")
