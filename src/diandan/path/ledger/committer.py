"""合批: many clients' waiting moves are written together; each hears when its own is on the disk.

A client hands in one move and waits. What came in while a batch was being written is the next
batch, so that a busy ledger writes few large ones and a quiet one writes each at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType

from django.db import Error, IntegrityError, close_old_connections, connection
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal, conflict

from .actions.move import Move
from .actions.move_many import move_all, move_many

#: More in one transaction brings little, and lets each wait for the others.
MOST = 2000
#: One writes while the other lays out the next batch.
WRITERS = 2
#: After a batch that held a no, so many are looked at move by move before one is tried as it stands.
CAREFUL = 8

#: What became of a move: written, refused, or not known for a fault of the house.
Answer = Refusal | Exception | None
Waiting = tuple[Move, Callable[[Answer], None]]


class Committer:
    """Threads with connections of their own, from `with` to its end; `clock` says what time it is."""

    def __init__(self, *, by: Actor, clock: Callable[[], datetime]) -> None:
        self._by, self._clock = by, clock
        self._waiting: deque[Waiting] = deque()
        self._bell = threading.Condition()
        self._idle = 0
        self._is_over = False
        self._threads = [threading.Thread(target=self._write_all) for _ in range(WRITERS)]

    def __enter__(self) -> Committer:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._bell:
            self._is_over = True
            self._bell.notify_all()
        for thread in self._threads:
            thread.join()

    def submit(self, wanted: Move, answer: Callable[[Answer], None]) -> None:
        """Hand a move in; `answer` is called when its batch is committed, or it was refused."""
        self._waiting.append((wanted, answer))
        if self._idle:  # a writer says so before it looks for what waits: none is missed
            with self._bell:
                self._bell.notify()

    def move(self, wanted: Move) -> None:
        """Hand a move in and wait until it is on the disk; raises the Refusal it got."""
        heard: list[Answer] = []
        done = threading.Event()

        def answer(said: Answer) -> None:
            heard.append(said)
            done.set()

        self.submit(wanted, answer)
        done.wait()
        if heard[0] is not None:
            raise heard[0]

    def _write_all(self) -> None:
        careful = 0
        try:
            while batch := self._next():
                said: Sequence[Answer] = [RuntimeError("the batch was not written")] * len(batch)
                moves = [wanted for wanted, _answer in batch]
                try:
                    if careful or not self._as_it_stands(moves):
                        careful = (careful or CAREFUL) - 1
                        said = self._write(moves)
                    else:
                        said = [None] * len(batch)
                finally:  # nobody waits for ever, whatever happened
                    for (_wanted, answer), one in zip(batch, said, strict=True):
                        answer(one)
        finally:
            connection.close()

    def _next(self) -> list[Waiting]:
        """What waits now, at most `MOST`; empty when all is over."""
        with self._bell:
            self._idle += 1
            while not self._waiting and not self._is_over:
                self._bell.wait()
            self._idle -= 1
            return [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]

    def _as_it_stands(self, moves: Sequence[Move]) -> bool:
        """Whether the whole batch is on the disk; what is wrong with it is looked for elsewhere."""
        try:
            return move_all(moves, by=self._by, at=self._clock())
        except IntegrityError:
            return False
        except Error:
            close_old_connections()
            return False

    def _write(self, moves: Sequence[Move]) -> Sequence[Answer]:
        try:
            return move_many(moves, by=self._by, at=self._clock())
        except IntegrityError:
            # The database says no to one of them and does not say which.
            return [self._alone(one) for one in moves]
        except Error as trouble:  # each client hears it; the next batch finds a connection again
            close_old_connections()
            return [trouble] * len(moves)

    def _alone(self, one: Move) -> Answer:
        try:
            return move_many([one], by=self._by, at=self._clock())[0]
        except IntegrityError:
            return conflict("books_no", _("账本的规则不允许这一笔。"))
        except Error as trouble:
            return trouble
