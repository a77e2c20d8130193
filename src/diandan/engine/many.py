"""分头做: the same work on many pieces: here, on this machine's cores, or on a Ray cluster.

Districts are planned and months lived through independently of one another, so where a piece is
worked on changes nothing in what comes out of it (`tests/engine/test_many.py`). Ray is an extra
(requirements/scale.in); it finds its cluster by RAY_ADDRESS, else it starts one on this machine,
and does again what a machine that died had not finished.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

HERE, PROCESSES, RAY = "here", "processes", "ray"
KINDS = (HERE, PROCESSES, RAY)
RETRIES = 3
A = TypeVar("A")
B = TypeVar("B")


class NoCrew(ValueError):
    """There is no such way to work on many pieces, or what it needs is not installed."""


class Crew(Protocol):
    """Who works on many pieces; a context that lets go of its processes at the end."""

    def map(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """The results in the order of the items. `work` is a function of a module."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class _Here:
    """One piece after the other, each only when the one before has been taken."""

    def map(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        return map(work, items)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        """Nothing to let go of."""


class _Processes(_Here):
    """A pool of processes, started from nothing when there is something to do."""

    def __init__(self, hands: int) -> None:
        # Not forked: whoever asks may hold connections and compiled code's threads.
        self._pool = ProcessPoolExecutor(
            hands, mp_context=multiprocessing.get_context("spawn"), initializer=_not_longer_than_it
        )

    def map(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        return self._pool.map(work, items)

    def __exit__(self, *_how: object) -> None:
        self._pool.shutdown(cancel_futures=True)


class _Ray(_Here):
    """Tasks of a Ray cluster; a piece whose worker died is given to another."""

    def __init__(self, hands: int) -> None:
        import ray

        self._ray: Any = ray
        self._was_on = ray.is_initialized()
        if not self._was_on:
            # A cluster that stands already brings its own processors.
            cores = None if os.environ.get("RAY_ADDRESS") else hands
            ray.init(
                num_cpus=cores,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
            )

    def map(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        piece = self._ray.remote(max_retries=RETRIES)(_piece)
        for waiting in [piece.remote(work, item) for item in items]:
            yield self._ray.get(waiting)

    def __exit__(self, *_how: object) -> None:
        if not self._was_on:
            self._ray.shutdown()


def _piece(work: Callable[[A], B], item: A) -> B:
    return work(item)


def _not_longer_than_it() -> None:
    """A hand ends with whoever hired it, even if that one was killed and could tell nobody."""
    hirer = multiprocessing.parent_process()
    if hirer is not None:
        threading.Thread(target=_end_with, args=(hirer,), daemon=True).start()


def _end_with(hirer: Any) -> None:
    hirer.join()
    os._exit(1)


def look(kind: str) -> None:
    """Raises NoCrew when the kind is none of KINDS, or Ray is not installed."""
    if kind not in KINDS:
        raise NoCrew(f"没有「{kind}」这种做法,可选:{'、'.join(KINDS)} (one of {', '.join(KINDS)})")
    if kind == RAY and find_spec("ray") is None:
        raise NoCrew("没有安装 Ray:pip install -r requirements/scale.txt (Ray is not installed)")


def crew(kind: str, hands: int = 0) -> Crew:
    """Who does it. `hands`: how many at once on this machine; 0: as many as it has cores.

    Raises NoCrew when the kind is none of KINDS, or Ray is not installed.
    """
    look(kind)
    hands = hands or os.cpu_count() or 1
    if kind == PROCESSES:
        return _Processes(hands)
    return _Ray(hands) if kind == RAY else _Here()
