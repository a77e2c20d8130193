"""打包: a batch's columns as PostgreSQL's own binary arrays.

psycopg turns each element of a list into bytes by itself, which for thousands of rows is most of
what a batch costs on our side; here a column of one width is put together in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any
from uuid import UUID

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

#: Dimensions, whether one is null, the elements' type, how many, the first one's number.
HEAD = Struct(">iiIii")
#: Before each element stands its length in bytes.
SIXTEEN, EIGHT, FOUR = (Struct(">i").pack(width) for width in (16, 8, 4))
UUID_TYPE, BIGINT, INTEGER = (psycopg.adapters.types[name] for name in ("uuid", "int8", "int4"))


class Packed:
    """A column as the server reads it."""

    __slots__ = ("data",)

    def __init__(self, oid: int, length: bytes, elements: Sequence[bytes]) -> None:
        head = HEAD.pack(1, 0, oid, len(elements), 1)
        self.data = head + length.join([b"", *elements])


class Uuids(Packed):
    """A column of UUIDs."""

    def __init__(self, rows: Sequence[UUID]) -> None:
        super().__init__(UUID_TYPE.oid, SIXTEEN, [row.bytes for row in rows])


class Numbers(Packed):
    """A column of numbers of eight bytes."""

    def __init__(self, rows: Sequence[int]) -> None:
        super().__init__(BIGINT.oid, EIGHT, [row.to_bytes(8, "big", signed=True) for row in rows])


class Turns(Packed):
    """A column of places in a short list, counted from one."""

    def __init__(self, rows: Sequence[int]) -> None:
        super().__init__(INTEGER.oid, FOUR, [row.to_bytes(4, "big") for row in rows])


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> Buffer | None:
        return obj.data


class _UuidsDumper(_PackedDumper):
    oid = UUID_TYPE.array_oid


class _NumbersDumper(_PackedDumper):
    oid = BIGINT.array_oid


class _TurnsDumper(_PackedDumper):
    oid = INTEGER.array_oid


def know_packed(cursor: psycopg.Cursor[Any]) -> psycopg.Cursor[Any]:
    """Let the cursor take packed columns."""
    for kind, dumper in ((Uuids, _UuidsDumper), (Numbers, _NumbersDumper), (Turns, _TurnsDumper)):
        cursor.adapters.register_dumper(kind, dumper)
    return cursor
