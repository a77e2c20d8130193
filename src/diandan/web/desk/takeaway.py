"""带走: exactly what a list shows, as xlsx or csv. A cell that looks like a formula stays text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from diandan.kit.units import local

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Excel runs what begins with these; a quote before it makes it text and is not shown there.
STARTERS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """UTF-8 with a byte-order mark, so that Excel reads Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(h) for h in heads])
    writer.writerows([[safe(_plain(c)) for c in row] for row in rows])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    return _named(answer, f"{name}.csv")


def as_xlsx(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """One sheet: every cell a string, a number or a date, never a formula or a link."""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(
        raw, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(name[:31].replace("/", " "))
    bold = book.add_format({"bold": True, "bg_color": "#F4EFE7", "border": 1})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    widths = [len(h) * 2 + 2 for h in heads]
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(number, column, local(cell).replace(tzinfo=None), moment)
                widths[column] = max(widths[column], 17)
            elif isinstance(cell, int | float) and not isinstance(cell, bool):
                sheet.write_number(number, column, cell)
            else:
                sheet.write_string(number, column, str(cell or ""))
                widths[column] = max(widths[column], min(len(str(cell or "")) * 2, 48))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    book.close()
    return _named(HttpResponse(raw.getvalue(), content_type=XLSX), f"{name}.xlsx")


def safe(cell: Any) -> str:
    """The cell as text that no spreadsheet runs."""
    text = str(cell)
    return f"'{text}" if text.startswith(STARTERS) and not _is_number(text) else text


def _plain(cell: Any) -> Any:
    return (
        f"{local(cell):%Y-%m-%d %H:%M}"
        if isinstance(cell, datetime)
        else ""
        if cell is None
        else cell
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _named(answer: HttpResponse, name: str) -> HttpResponse:
    header = content_disposition_header(True, name)
    if header:
        answer["Content-Disposition"] = header
    return answer
