"""外发请求: one way of calling a provider, so that what went wrong is told the same everywhere."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import Any

import httpx

from .base import NotSent

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# At INFO it writes whole addresses, and those carry phones and tokens.
logging.getLogger("httpx").setLevel(logging.WARNING)


@functools.cache
def _client() -> httpx.Client:
    """One for the process: a new one reads the certificates again, 0.1 s for every message."""
    return httpx.Client(timeout=TIMEOUT)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> dict[str, Any]:
    """The provider's JSON answer.

    Raises NotSent when no connection was made. A time-out while waiting, a server error or an
    answer that is not JSON leaves open what happened: those raise httpx.HTTPError.
    """
    try:
        answer = _client().request(method, url, headers=headers, content=content)
    except (httpx.ConnectError, httpx.ConnectTimeout) as no:
        raise NotSent("no connection") from no
    if answer.status_code >= 500:
        raise httpx.HTTPStatusError("server error", request=answer.request, response=answer)
    try:
        said = answer.json()
    except ValueError as no:
        raise httpx.DecodingError("not JSON", request=answer.request) from no
    if not isinstance(said, dict):
        raise httpx.DecodingError("not a JSON object", request=answer.request)
    return said
