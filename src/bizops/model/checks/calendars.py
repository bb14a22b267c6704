"""Calendars that can count, and currencies that can be converted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bizops.errors import Problem
from bizops.model.calendars import calendar_from
from bizops.model.checks.found import as_list, problems_of, unknown
from bizops.model.language import CalendarDef, Currencies, Holidays
from bizops.model.model import Model
from bizops.units import CURRENCIES, Unit

_COUNTRY = re.compile("[A-Z]{2}")


@as_list
def check_calendar(calendar: CalendarDef) -> Iterator[Problem]:
    """Hours, fiscal year, special days and maintenance make a calendar."""
    seen = set()
    for index, day in enumerate(calendar.special_days):
        regions = [region for region in day.regions if region not in calendar.regions]
        for region in regions:
            yield unknown(
                region,
                calendar.regions,
                "region",
                day.place("regions", day.regions.index(region)),
                code="unknown-region",
            )
        for region in day.regions or ("",):
            if (day.date, region) in seen:
                where = f" in {region}" if region else ""
                message = f"{day.date} is a special day{where} already."
                yield Problem("duplicate-name", message, calendar.place("special_days", index, "date"), "Keep one.")
            seen.add((day.date, region))
        if regions:
            return
    for holidays in (calendar.holidays, *(region.holidays for region in calendar.regions.values())):
        yield from _check_country(holidays)
    yield from problems_of(lambda: calendar_from(calendar), calendar.place())


def _check_country(holidays: Holidays | None) -> Iterator[Problem]:
    # Which countries have known holidays, only the `holidays` package knows: too slow to be asked at every start.
    if holidays is not None and not _COUNTRY.fullmatch(holidays.country):
        yield Problem(
            "unknown-holidays",
            f"'{holidays.country}' is no country code.",
            holidays.place("country"),
            "Countries have two capital letters, such as DE.",
        )


@as_list
def check_currencies(model: Model) -> Iterator[Problem]:
    """Codes exist, rates are positive, and the source of rates has the columns named."""
    currencies = model.currencies
    if currencies is None:
        return
    if Unit.parse(currencies.base, model.nouns).currency is None:
        yield unknown(currencies.base, CURRENCIES, "currency", currencies.place("base"), code="unknown-currency")
    for code, rates in currencies.rates.items():
        if code not in CURRENCIES:
            yield unknown(code, CURRENCIES, "currency", currencies.place("rates", code), code="unknown-currency")
        elif code == currencies.base:
            message = f"{code} is the base: it is always worth 1."
            yield Problem("bad-rate", message, currencies.place("rates", code), "Remove it.")
        for day, rate in rates.items():
            if rate <= 0:
                place = currencies.place("rates", code, day.isoformat())
                yield Problem("bad-rate", f"A rate is more than 0, not {rate}.", place)
    yield from _check_rates_source(model, currencies)


def _check_rates_source(model: Model, currencies: Currencies) -> Iterator[Problem]:
    rates = currencies.rates_from
    if rates is None:
        return
    columns = model.sources[rates.source].columns
    wanted = {
        "currency": (rates.currency, ("text",)),
        "date": (rates.date, ("date", "timestamp")),
        "rate": (rates.rate, ("decimal", "number", "integer")),
    }
    for key, (name, types) in wanted.items():
        if name not in columns:
            yield unknown(name, columns, "column", rates.place(key), of=rates.source, code="unknown-column")
        elif columns[name].type not in types:
            message = f"'{name}' is {columns[name].type}, but the {key} of a rate is {' or '.join(types)}."
            yield Problem("wrong-type", message, rates.place(key))
