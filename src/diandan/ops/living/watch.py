"""守望: looks into the database for new offers, and lets the racers loose on each job once.

The moment it sees an offer is the moment any page would show it: after its commit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection

from diandan.kit.clock import now

LOOK_SECONDS = 0.02
#: An offer carries the moment its round began; it is seen after its commit.
BACK = timedelta(seconds=60)
LOOK = """
    SELECT o.job_id::text, o.id::text, coalesce(o.team_id::text, ''), b.request_id::text
    FROM offer o JOIN bond b ON b.job_id = o.job_id AND b.left_at IS NULL
    JOIN job j ON j.id = o.job_id
    WHERE o.offered_at > %s AND j.centre_id <> %s
"""


class Watch:
    """A thread of its own; `seen` maps a request to the moment its first offer stood there."""

    def __init__(self, race: Callable[[str, dict[str, str]], None], but: int) -> None:
        self.seen: dict[str, float] = {}
        self.open_jobs = 0
        self.trouble = ""
        self._race, self._but = race, but
        self._jobs: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_on)

    def start(self) -> None:
        """Look, until told to stop."""
        self._thread.start()

    def end(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    def _look_on(self) -> None:
        try:
            while not self._stop.wait(LOOK_SECONDS):
                self._look()
        finally:
            connection.close()

    def _look(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(LOOK, [now() - BACK, self._but])
            rows = cursor.fetchall()
        at = time.monotonic()
        fresh: dict[str, dict[str, str]] = {}
        for job, offer, team, request in rows:
            self.seen.setdefault(request, at)
            if job not in self._jobs:
                fresh.setdefault(job, {})[team] = offer
        for job, offers in fresh.items():
            self._jobs.add(job)
            self.open_jobs += "" in offers
            self._race(job, offers)
