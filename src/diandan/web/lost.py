"""没有找到: Django's own last pages, said in our words and with a way home.

The resolver's 404 is answered here also while Django shows its debug pages: a wrong link is
nothing to debug, and the page that is shown is the page that is tested.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

NOT_FOUND, BROKEN = 404, 500


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """A link that leads nowhere."""
    return render(request, "not_found.html", status=NOT_FOUND)


def broken(_request: HttpRequest) -> HttpResponse:
    """Ours to mend. Rendered without the request: what broke may be in its context."""
    return HttpResponse(render_to_string("error.html"), status=BROKEN)


class WrongLinkMiddleware:
    """An address no door answers to gets the page of `not_found`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        response = self.get_response(request)
        if response.status_code == NOT_FOUND and request.resolver_match is None:
            return not_found(request)
        return response
