"""派单权重: what each aim weighs in a centre; data that its administrator sets, with a history."""

from __future__ import annotations

from dataclasses import asdict

from diandan.engine.weights import Weights
from diandan.ground.places.models import Place

from .models import DispatchWeights

#: What an administrator may set, and the most of it. What nothing here is measured for (worth,
#: satisfaction, tiredness) stays the engine's own.
BOUNDS = {
    "travel": 20,
    "unknown_metres": 60_000,
    "late": 2_000,
    "turn": 2_000,
    "turn_days": 365,
    "stranger": 60_000,
    "doubt": 100,
    "load": 60_000,
}


def weights_of(centre: Place) -> Weights:
    """The weights that hold in this centre now."""
    newest = history_of(centre)[:1]
    return Weights.read(newest[0].values) if newest else Weights()


def history_of(centre: Place) -> list[DispatchWeights]:
    """Every setting of this centre, the newest first."""
    rows = DispatchWeights.objects.filter(centre=centre).select_related("set_by")
    return list(rows.order_by("-set_at", "-id"))


def with_values(weights: Weights, values: dict[str, int]) -> Weights:
    """`weights` with these `values` in the place of its own."""
    return Weights.read({**asdict(weights), **values})
