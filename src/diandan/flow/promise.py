"""承诺: by when a need is promised an answer, by kind, urgency and place."""

from __future__ import annotations

from datetime import datetime

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.places.models import Place
from diandan.ground.places.queries import calendar_of

# 北京12345规范(征求意见稿): urgent 2 h, general 7 d.
DEFAULT_PROMISES = {"urgent": "2h", "normal": "7d"}


def promise_for(centre: Place, kind: ServiceKind, urgency: str, at: datetime) -> datetime:
    """The kind's own promise, else the centre's, else the default, by the centre's calendar."""
    promises = {**DEFAULT_PROMISES, **centre.settings.get("promises", {}), **kind.promises}
    return calendar_of(centre).due(at, promises[urgency])
