"""健康: `/health`, one answer for a monitor: the database and the two background processes."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from diandan.flow.pulse import alive
from diandan.kit.clock import now

#: Without these an order would stand still.
NEEDED = ("worker", "dispatch")


@require_safe
@never_cache
def health(_request: HttpRequest) -> JsonResponse:
    """200 when everything runs, else 503; no figure of the house, no name."""
    living = alive(now())
    processes = {name: living.get(name, False) for name in NEEDED}
    ok = all(processes.values())
    return JsonResponse({"ok": ok, "database": True, **processes}, status=200 if ok else 503)
