"""清除: after a key is destroyed, what still names her in open words goes, wherever it stands.

Words people write (a wish, a reason, a note) are open texts. Her own are emptied by those who know
them (`leaving.py`); this goes through every text of every table and every file of messages, for
what names her in the words of others. Read from the database's own catalogue, so that a new table
is not forgotten. Her phone goes everywhere. Her name goes where the row hangs on her; elsewhere
too when it is three characters or more and no living person bears it: another 王强 is not cut out
of his own orders. What is not changed is returned, for a person to look at.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from diandan.ground.people import vault
from diandan.ground.people.models import Login, Person

GONE = "〔已删除〕"
SURE_LENGTH = 3
REPLACE = "UPDATE {t} SET {c} = replace({c}::text, %s, %s) WHERE {k}::text = ANY(%s)"
REPLACE_JSON = "UPDATE {t} SET {c} = replace({c}::text, %s, %s)::jsonb WHERE {k}::text = ANY(%s)"
#: Whole rows are dropped here: they are copies of what was said or shown.
COPIES = (
    "answer",
    "django_session",
    "axes_accessattempt",
    "axes_accesslog",
    "axes_accessfailurelog",
)
#: Public names: a studio named after her is looked at by a person.
NAMES = ("team", "place", "place_former_name", "issuer")


@dataclass(frozen=True, slots=True)
class Who:
    """What is looked for, read while her key is still there."""

    person_id: UUID
    name: str
    phones: tuple[str, ...]
    is_only_one: bool
    ids: tuple[UUID, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Every string that names her."""
        return tuple(word for word in (self.name, *self.phones) if word)


@dataclass(frozen=True, slots=True)
class Text:
    """A column of open text, with what tells its rows apart and what they hang on."""

    table: str
    column: str
    is_json: bool
    key: str
    links: tuple[str, ...]


def who_is(person: Person, ids: Sequence[UUID]) -> Who:
    """Her strings; `ids` are those of her orders and jobs."""
    name = vault.unseal(person.wrapped_key, person.name_enc)
    phone = vault.unseal(person.wrapped_key, person.phone_enc)
    others = Person.objects.filter(name_hash=person.name_hash, frozen_at=None).exclude(id=person.id)
    national = phone.removeprefix("+86")
    return Who(
        person_id=person.id,
        name=name,
        phones=tuple(dict.fromkeys(p for p in (phone, national) if p)),
        is_only_one=bool(name) and not others.exists(),
        ids=(person.id, *ids),
    )


def sweep(who: Who) -> list[dict[str, str]]:
    """Take her strings out of every table; returns where her name still stands."""
    left: list[dict[str, str]] = []
    _drop_sessions(who)
    for text in _texts():
        for word in who.words:
            left += _clean(text, who, word)
    return left


def _texts() -> Iterator[Text]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
            " ORDER BY c.table_name, c.ordinal_position"
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT k.table_name, k.column_name FROM information_schema.key_column_usage k"
            " JOIN information_schema.table_constraints t USING (constraint_name, table_name)"
            " WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = 'public'"
        )
        keys = dict(cursor.fetchall())
    links: dict[str, tuple[str, ...]] = {}
    for table, column, kind in rows:
        if kind == "uuid":
            links[table] = (*links.get(table, ()), column)
    for table, column, kind in rows:
        if kind in ("text", "character varying", "json", "jsonb") and table in keys:
            yield Text(table, column, kind.startswith("json"), keys[table], links.get(table, ()))


def _clean(text: Text, who: Who, word: str) -> list[dict[str, str]]:
    """Take `word` out of the column where that is sure; the keys of the rest."""
    is_phone, is_sure = word in who.phones, who.is_only_one and len(word) >= SURE_LENGTH
    with connection.cursor() as cursor:
        found = _found(cursor, text, word)
        if not found:
            return []
        if text.table in COPIES:
            _run(cursor, "DELETE FROM {t} WHERE {k}::text = ANY(%s)", text, [found])
            return []
        mine = found
        if not is_phone and not is_sure:
            mine = _hanging(cursor, text, who, found)
        if text.table in NAMES and not is_phone:
            mine = []
        if mine and not _replace(cursor, text, word, mine):
            mine = []
    kept = sorted(set(found) - set(mine))
    return [{"table": text.table, "column": text.column, "key": key} for key in kept]


def _found(cursor: Any, text: Text, word: str) -> list[str]:
    like = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    _run(cursor, "SELECT {k}::text FROM {t} WHERE {c}::text LIKE %s", text, [f"%{like}%"])
    return [row[0] for row in cursor.fetchall()]


def _hanging(cursor: Any, text: Text, who: Who, found: list[str]) -> list[str]:
    if not text.links:
        return []
    hangs = sql.SQL(" OR ").join(
        sql.SQL("{} = ANY(%s)").format(sql.Identifier(link)) for link in text.links
    )
    query = sql.SQL("SELECT {k}::text FROM {t} WHERE {k}::text = ANY(%s) AND ({h})").format(
        k=sql.Identifier(text.key), t=sql.Identifier(text.table), h=hangs
    )
    cursor.execute(query.as_string(), [found, *[list(who.ids)] * len(text.links)])
    return [row[0] for row in cursor.fetchall()]


def _replace(cursor: Any, text: Text, word: str, keys: list[str]) -> bool:
    """Whether the table let it be changed; the books and the record let nothing be."""
    try:
        with transaction.atomic():
            _run(cursor, REPLACE_JSON if text.is_json else REPLACE, text, [word, GONE, keys])
    except DatabaseError:
        return False
    return True


def _run(cursor: Any, words: str, text: Text, values: list[Any]) -> None:
    query = sql.SQL(words).format(
        t=sql.Identifier(text.table), k=sql.Identifier(text.key), c=sql.Identifier(text.column)
    )
    cursor.execute(query.as_string(), values)


def _drop_sessions(who: Who) -> None:
    """Sessions are packed: each is opened and dropped when it is hers or names her."""
    login = Login.objects.filter(person_id=who.person_id).values_list("id", flat=True).first()
    marks = [*who.words, str(login or who.person_id), str(who.person_id)]
    for row in Session.objects.all().iterator():
        told = repr(row.get_decoded())
        if any(mark in told for mark in marks):
            row.delete()


def clean_files(words: Sequence[str]) -> int:
    """Messages and hotline cases that lie as files: whole files go, a journal loses its lines."""
    done = 0
    for folder in (Path(settings.WAYS_OUT["folder"]), Path(settings.DIANDAN_HOTLINE_DIR)):
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.is_file() and not file.is_symlink():
                done += _clean_file(file, words)
    return done


def _clean_file(file: Path, words: Sequence[str]) -> int:
    try:
        text = file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError):
        return 0
    if not any(word in text for word in words):
        return 0
    if file.suffix == ".json":
        file.unlink(missing_ok=True)
        return 1
    kept = [line for line in text.splitlines(True) if not any(word in line for word in words)]
    # In place: a journal is locked by its writer and known by its inode.
    with file.open("r+", encoding="utf-8") as open_file:
        fcntl.flock(open_file, fcntl.LOCK_EX)
        open_file.write("".join(kept))
        open_file.truncate()
    return 1
