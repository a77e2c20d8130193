"""健康: `/health`, one answer for a monitor: the database and the two background processes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from diandan.flow.pulse import alive
from diandan.flow.sharding import shards
from diandan.kit.clock import now


@require_safe
@never_cache
def health(_request: HttpRequest) -> JsonResponse:
    """200 when everything runs, else 503; no figure of the house, no name."""
    living = alive(now())
    # Without these an order would stand still; of several dispatch processes all are needed.
    dispatch = [living.get(one.name, False) for one in shards(settings.DIANDAN_DISPATCHERS)]
    processes = {"worker": living.get("worker", False), "dispatch": all(dispatch)}
    ok = all(processes.values())
    return JsonResponse({"ok": ok, "database": True, **processes}, status=200 if ok else 503)
