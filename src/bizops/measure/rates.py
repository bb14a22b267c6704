"""Dated exchange rates, from the model or from a source."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from bizops.events.rows import source_plan
from bizops.measure import tables
from bizops.query.plan import Clock

if TYPE_CHECKING:
    import pyarrow as pa

    from bizops.measure.ground import Ground


def rates_table(ground: Ground) -> pa.Table:
    """What one unit of each currency was worth in the base currency, day by day, as far as the data reach."""
    currencies = ground.known.model.currencies
    assert currencies is not None
    dated: dict[str, list[tuple[date, Decimal]]] = {
        code: sorted((day, Decimal(str(rate))) for day, rate in steps.items())
        for code, steps in currencies.rates.items()
    }
    if currencies.rates_from is not None:
        dated |= _from_source(ground)
    return tables.rates(currencies.base, dated, ground.first_day, ground.last_day)


def _from_source(ground: Ground) -> dict[str, list[tuple[date, Decimal]]]:
    currencies = ground.known.model.currencies
    assert currencies is not None and currencies.rates_from is not None
    wanted = currencies.rates_from
    source = ground.known.model.sources[wanted.source]
    rows = ground.engine.run(source_plan(ground.known, source, (wanted.currency, wanted.date, wanted.rate)), Clock())
    dated: dict[str, list[tuple[date, Decimal]]] = {}
    for row in rows.to_pylist():
        if None not in row.values():
            dated.setdefault(row[wanted.currency], []).append((row[wanted.date], Decimal(str(row[wanted.rate]))))
    return {code: sorted(steps) for code, steps in dated.items()}
