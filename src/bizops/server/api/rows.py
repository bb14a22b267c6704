"""What numbers are made of: the rows behind a value, and a KPI's numbers as files to take away."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from bizops.present.charts import svg
from bizops.present.periods import period_text
from bizops.present.values import values_csv
from bizops.server.api.kpis import ASKED, KpiValues, chart, values, values_asked
from bizops.server.api.operations import Call, Operation, Raw
from bizops.server.api.paging import cursor, start_of
from bizops.server.api.parameters import CURSOR, LANG, LIMIT, PERIOD, SCOPE
from bizops.server.api.scorecard import Named
from bizops.server.authorize import Resource

if TYPE_CHECKING:
    import pyarrow as pa

Cell = str | int | float | bool | None

FARTHEST = 100_000
"""Nobody reads on beyond so many rows; what is wanted then is an export of the source."""


class RowsAnswer(TypedDict):
    """The rows or cases behind a value, the largest first."""

    kpi: str
    period: Named
    unit: str
    columns: list[str]
    items: list[dict[str, Cell]]
    next: str | None


def rows(call: Call) -> RowsAnswer:
    """The rows or cases behind a KPI's value, those with the largest value first."""
    workspace = call.workspace
    state = (workspace.model.hash, workspace.lake.snapshot().seq)
    start, limit = start_of(call, state), call.number("limit", 100)
    asked = min(start + limit + 1, FARTHEST)
    period, table = workspace.rows(call.path["kpi"], call.text("period"), filters=call.filters, limit=asked)
    found = plain_rows(table.slice(start, limit))
    return RowsAnswer(
        kpi=call.path["kpi"],
        period=Named(label=period.label, display=period_text(period, call.language)),
        unit=workspace.model.kpis[call.path["kpi"]].unit,
        columns=list(table.column_names),
        items=found,
        next=cursor(call, start + limit, state) if table.num_rows > start + limit else None,
    )


def plain_rows(table: pa.Table) -> list[dict[str, Cell]]:
    """Rows as programs get them; instants with their offset."""
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]


def _plain(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.isoformat() + "+00:00"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def export_csv(call: Call) -> Raw:
    """The values as CSV that no spreadsheet takes for formulas."""
    return _file(call, values_csv(list(values_asked(call))).encode(), "text/csv; charset=utf-8", "csv")


def export_svg(call: Call) -> Raw:
    """The chart as a picture."""
    return _file(call, svg(chart(call), "auto").encode(), "image/svg+xml", "svg")


def export_json(call: Call) -> KpiValues:
    """The values as JSON."""
    return values(call)


def _file(call: Call, content: bytes, media: str, ending: str) -> Raw:
    name = f"{call.path['kpi']}.{ending}"
    return Raw(content, media, {"Content-Disposition": f'attachment; filename="{name}"'})


def _export(ending: str, handle: Any, media: str, answer: object = None) -> Operation:
    return Operation(
        "GET", f"/kpis/{{kpi}}/export.{ending}", f"export_{ending}", handle.__doc__ or "", handle, Resource.NUMBERS,
        answer, media, parameters=ASKED, group="exports",
    )  # fmt: skip


OPERATIONS = (
    Operation(
        "GET", "/kpis/{kpi}/rows", "rows", rows.__doc__ or "", rows, Resource.ROWS, RowsAnswer,
        parameters=(LANG, PERIOD, SCOPE, LIMIT, CURSOR),
    ),
    _export("csv", export_csv, "text/csv"),
    _export("svg", export_svg, "image/svg+xml"),
    _export("json", export_json, "application/json", KpiValues),
)  # fmt: skip
