"""同一签: draws fixed by (seed, job, person, purpose), the same whatever the policy does.

A policy that asks a person early and one that asks her late draw the same number, so that what
differs between two policies is the policy (common random numbers).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from diandan.engine.compiled import Longs, compiled

ANSWER, SILENT, DELAY, SHOW, TOLD, WHEN, PRESSED, ORDER, DELAY_TURN = range(9)

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_UNIT = 1.0 / (1 << 53)


@compiled
def _mixed(number: np.uint64) -> np.uint64:
    number = (number ^ (number >> np.uint64(30))) * _MIX_A
    number = (number ^ (number >> np.uint64(27))) * _MIX_B
    return number ^ (number >> np.uint64(31))


@compiled
def draw(seed: int, job: int, person: int, purpose: int) -> float:
    """A number in [0, 1)."""
    number = _mixed(np.uint64(seed) * _STEP + np.uint64(purpose) + _STEP)
    number = _mixed(number + np.uint64(job) * _STEP)
    number = _mixed(number + np.uint64(person) * _STEP)
    return float(number >> np.uint64(11)) * _UNIT


@compiled
def lots(seed: int, job: int, people: Longs) -> npt.NDArray[np.float64]:
    """A number for each person, by which a job's people may be put in a random order."""
    made = np.empty(len(people))
    for at in range(len(people)):
        made[at] = draw(seed, job, people[at], ORDER)
    return made
