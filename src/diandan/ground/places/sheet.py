"""表格: a place's own xlsx or csv, read into rows that remember their line numbers.

Everything a table can get wrong is said by line, column and reason, so that somebody with a
spreadsheet open can find it. The header row is the first row that is not empty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import python_calamine
import xlsxwriter
from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal

BYTES_MAX = 10 * 1024 * 1024
ROWS_MAX = 20_000
CELL_MAX = 500
ENCODINGS = ("utf-8-sig", "gb18030")
ZIP_MARK, OLE_MARK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Column:
    """A column a table may have: its key in code, its Chinese title, other titles, meaning."""

    key: str
    title: str
    meaning: str
    required: bool = False
    also: tuple[str, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Trouble:
    """What is wrong in one cell: line as the spreadsheet counts, column title, reason."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return _("第 %(line)d 行 · %(column)s:%(reason)s") % {
            "line": self.line,
            "column": self.column or _("整行"),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, and its cells by column key ("" when empty or absent)."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that could be read, and the troubles of those that could not."""

    rows: list[Row]
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or in a dry run would do. With any trouble nothing was written."""

    new: int
    changed: int
    same: int
    troubles: list[Trouble]
    dry_run: bool

    @property
    def is_written(self) -> bool:
        """Whether the rows are in the database now."""
        return not self.dry_run and not self.troubles


def read_sheet(content: bytes, columns: Sequence[Column]) -> Sheet:
    """The rows of an xlsx or csv file. Refusal when it cannot be read as a table at all."""
    if not content.strip():
        raise Refusal("empty_file", _("文件是空的"), field="file")
    if len(content) > BYTES_MAX:
        raise Refusal("file_too_big", _("文件超过 10 MB,请分成几个文件"), field="file")
    is_workbook = content.startswith((ZIP_MARK, OLE_MARK))
    lines = _workbook_lines(content) if is_workbook else _csv_lines(content)
    filled = [(line, cells) for line, cells in lines if any(cells)]
    if len(filled) > ROWS_MAX + 1:
        raise Refusal(
            "too_many_rows",
            _("一个文件最多 %(n)d 行,请分成几个文件") % {"n": ROWS_MAX},
            field="file",
        )
    if not filled:
        raise Refusal("empty_file", _("文件里没有内容"), field="file")
    keys = _header(filled[0][1], columns)
    if len(filled) == 1:
        raise Refusal("empty_file", _("表里只有表头,没有要导入的行"), field="file")
    return _rows(filled[1:], keys, columns)


def titles(content: bytes) -> list[str]:
    """The header row alone, to tell what kind of table it is."""
    is_workbook = content.startswith((ZIP_MARK, OLE_MARK))
    lines = _workbook_lines(content) if is_workbook else _csv_lines(content)
    return next((cells for _line, cells in lines if any(cells)), [])


def _workbook_lines(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError):
        raise Refusal(
            "unreadable_file", _("打不开这个表格文件,请另存为 xlsx 或 csv 再试"), field="file"
        ) from None
    return [(number, [_words(cell) for cell in row]) for number, row in enumerate(rows, 1)]


def _words(cell: object) -> str:
    """A cell as it was meant: a phone number that a spreadsheet took for a number stays whole."""
    if isinstance(cell, bool):
        return _("是") if cell else _("否")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return " ".join(str(cell).split()) if cell is not None else ""


def _csv_lines(content: bytes) -> Iterable[tuple[int, list[str]]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",")
    lines, begins = [], 1
    try:
        for cells in reader:
            lines.append((begins, [_words(cell) for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error:
        raise Refusal(
            "unreadable_file",
            _("第 %(line)d 行读不出来,请检查引号是否成对") % {"line": begins},
            field="file",
        ) from None
    return lines


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refusal(
        "unreadable_file", _("认不出文件的文字编码,请另存为 xlsx 或 UTF-8 的 csv"), field="file"
    )


def _header(cells: list[str], columns: Sequence[Column]) -> list[str]:
    known = {title: c.key for c in columns for title in (c.title, *c.also)}
    keys = [known.get(cell.rstrip("*＊ "), "") for cell in cells]
    lacking = [c.title for c in columns if c.required and c.key not in keys]
    if lacking:
        raise Refusal(
            "column_missing",
            _("表头缺少:%(lacking)s。可用的列:%(all)s")
            % {"lacking": "、".join(lacking), "all": "、".join(c.title for c in columns)},
            field="file",
        )
    twice = {c.title for c in columns if keys.count(c.key) > 1}
    if twice:
        raise Refusal(
            "column_twice",
            _("表头里有重复的列:%(twice)s") % {"twice": "、".join(sorted(twice))},
            field="file",
        )
    unknown = [cell for cell, key in zip(cells, keys, strict=True) if cell and not key]
    if unknown:
        # A misspelt title would otherwise drop a whole column without a word.
        raise Refusal(
            "column_unknown",
            _("不认识的列:%(unknown)s。可用的列:%(all)s")
            % {"unknown": "、".join(unknown), "all": "、".join(c.title for c in columns)},
            field="file",
        )
    return keys


def _rows(filled: list[tuple[int, list[str]]], keys: list[str], columns: Sequence[Column]) -> Sheet:
    sheet = Sheet([])
    for line, cells in filled:
        row = Row(line, {k: c for k, c in zip(keys, cells, strict=False) if k})
        found = [Trouble(line, c.title, r) for c in columns for r in _wrong(c, row[c.key])]
        if any(cells[len(keys) :]):
            found.append(Trouble(line, "", _("这一行的格子比表头多")))
        sheet.troubles.extend(found)
        if not found:
            sheet.rows.append(row)
    return sheet


def _wrong(column: Column, words: str) -> list[str]:
    if column.required and not words:
        return [_("必填,不能为空")]
    if len(words) > CELL_MAX:
        return [_("内容过长,最多 %(n)d 个字") % {"n": CELL_MAX}]
    if words and not words.isprintable():
        return [_("有无法显示的字符")]
    return []


def template(columns: Sequence[Column]) -> bytes:
    """An xlsx to fill in: the header row, and a second sheet that explains each column."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        bold, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet, notes = book.add_worksheet(_("填写")), book.add_worksheet(_("说明"))
        sheet.freeze_panes(1, 0)
        for i, column in enumerate(columns):
            # Text cells: a spreadsheet would turn a code or a phone into 1.1E+11.
            sheet.set_column(i, i, 18, plain)
            sheet.write_string(0, i, column.title + ("*" if column.required else ""), bold)
        heads = (_("列"), _("必填"), _("怎么填"), _("例"))
        for i, head in enumerate(heads):
            notes.write_string(0, i, head, bold)
        for line, column in enumerate(columns, 1):
            required = _("是") if column.required else ""
            words = (column.title, required, column.meaning, column.example)
            for i, word in enumerate(words):
                notes.write_string(line, i, word)
        notes.set_column(2, 2, 60)
    return target.getvalue()
