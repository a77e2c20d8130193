"""Refusal: an anticipated no, with a code and a sentence fit for the person asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """Raised by an action when the answer is no.

    `code` is stable and machine-readable (snake_case); `sentence` says what is wrong and what
    to do, in the user's language; `field` names the form field it belongs to, if any; `status`
    is the HTTP status a door answers with; `more` carries facts the door may show (for example
    what else can be claimed).
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        field: str = "",
        status: int = 422,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.field = field
        self.status = status
        self.more: Mapping[str, Any] = more or {}


def forbidden(sentence: str, code: str = "forbidden") -> Refusal:
    """A no because of who is asking (HTTP 403)."""
    return Refusal(code, sentence, status=403)


def missing(sentence: str, code: str = "not_found") -> Refusal:
    """A no because nothing is there for this person to see (HTTP 404)."""
    return Refusal(code, sentence, status=404)


def conflict(code: str, sentence: str, more: Mapping[str, Any] | None = None) -> Refusal:
    """A no because the world moved on meanwhile (HTTP 409)."""
    return Refusal(code, sentence, status=409, more=more)
