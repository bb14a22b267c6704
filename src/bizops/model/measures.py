"""What a KPI measures, in typed form: the last word of the model room before numbers are computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bizops.errors import BizopsError
from bizops.model.expression import ExpressionError, parse_expression
from bizops.model.kinds import ExprText
from bizops.model.language import Kpi, Snapshot
from bizops.model.relations import (
    AnyFields,
    GroupFields,
    Rows,
    journey_rows,
    problem_in,
    rows_named,
    scalar_of,
)
from bizops.model.typed import ONE, TIMESTAMP, Formula, Type, Typed, field, substituted, substituted_in
from bizops.model.typing import ANCHOR, Typer
from bizops.units import CURRENCIES, Unit
from bizops.units.names import DATA, TIME

if TYPE_CHECKING:
    from bizops.model.model import Model


@dataclass(frozen=True)
class Measure:
    """A KPI of kind ``measure`` or ``journey``, resolved over the base fields of its rows.

    ``slices`` are the fields it may be split by; with ``per`` a slice may be one of the groups' own values
    (``group_slices``). ``factor`` turns the formula's unit into the KPI's.
    """

    name: str
    rows: Rows
    where: Typed | None
    per: Mapping[str, Typed]
    each: Mapping[str, Formula]
    value: Formula
    time: Typed | None
    snapshot: Snapshot | None
    slices: Mapping[str, Typed]
    group_slices: Mapping[str, Typed]
    person: Typed | None
    minimum: int
    region: Typed | None
    clock: str
    censored: bool
    factor: Fraction
    unit: Unit


def measure_of(model: Model, kpi: Kpi) -> Measure:
    """The typed form of a ``measure`` or ``journey`` KPI; raises BizopsError with the place of what has no meaning."""
    if kpi is not model.kpis.get(kpi.name):
        return _measure_of(model, kpi)
    if kpi.name not in model.measures:
        model.measures[kpi.name] = _measure_of(model, kpi)
    return model.measures[kpi.name]


def _measure_of(model: Model, kpi: Kpi) -> Measure:
    rows = (
        journey_rows(model, model.journeys[kpi.journey or ""])
        if kpi.kind == "journey"
        else rows_named(model, kpi.over or "")
    )
    where = scalar_of(model, rows.fields, kpi.where, condition=True) if kpi.where else None
    per = {name: scalar_of(model, rows.fields, text) for name, text in kpi.per.items()}
    each = {name: formula_of(model, rows.fields, text, single=True) for name, text in kpi.each.items()}
    grouped = GroupFields({**{n: t.type for n, t in per.items()}, **{n: f.type for n, f in each.items()}})
    value_fields: AnyFields = grouped if per else rows.fields
    assert kpi.value is not None
    value = formula_of(model, value_fields, kpi.value)
    _check_snapshot(kpi, value)
    time = _time(model, kpi, rows)
    if rows.journey is not None and time is not None:
        # How old a case is counts from the step that decides its period.
        where = substituted(where, ANCHOR, time) if where is not None else None
        value = substituted_in(value, ANCHOR, time)
    unit = Unit.parse(kpi.unit, model.nouns)
    slices, group_slices = _slices(model, kpi, rows, grouped)
    minimum = kpi.minimum_group
    return Measure(
        name=kpi.name,
        rows=rows,
        where=where,
        per=per,
        each=each,
        value=value,
        time=time,
        snapshot=kpi.snapshot,
        slices=slices,
        group_slices=group_slices,
        person=scalar_of(model, rows.fields, minimum.of) if minimum else None,
        minimum=(minimum.size or model.settings.minimum_group) if minimum else 0,
        region=scalar_of(model, rows.fields, kpi.region) if kpi.region else None,
        clock=kpi.clock,
        censored=kpi.kind == "journey" and kpi.open_cases == "censor",
        factor=unit_factor(model, kpi, _over_time(kpi.snapshot, value.type), kpi.value),
        unit=unit,
    )


_OVER_TIME = {"average": ("sum", "count", "avg", "share"), "total": ("sum", "count")}


def _check_snapshot(kpi: Kpi, value: Formula) -> None:
    """Only what adds up can be weighed by how long it holds."""
    if kpi.snapshot is None or kpi.snapshot.at not in _OVER_TIME:
        return
    at = kpi.snapshot.at
    assert kpi.value is not None
    for aggregate in value.aggregates():
        if aggregate.name not in _OVER_TIME[at]:
            raise BizopsError.of(
                "wrong-type",
                f"{aggregate.name}(...) does not add up over time: 'snapshot: {at}' takes {', '.join(_OVER_TIME[at])}.",
                kpi.value.place_at(0),
                "Or take the state at one moment: 'snapshot: last'.",
            )


def _over_time(snapshot: Snapshot | None, type_: Type) -> Type:
    """A total over time is measured in value times days (or working hours): person-days."""
    if snapshot is None or snapshot.at != "total":
        return type_
    length = "h" if snapshot.weight == "working_hours" else "d"
    return Type("number", type_.unit * Unit.parse(length))


def _time(model: Model, kpi: Kpi, rows: Rows) -> Typed | None:
    if kpi.time is not None:
        return scalar_of(model, rows.fields, kpi.time)
    if kpi.anchor is not None:
        return field(kpi.anchor, TIMESTAMP)
    if rows.journey is not None:
        return field(next(iter(rows.journey.steps)), TIMESTAMP)
    return rows.time


def _slices(model: Model, kpi: Kpi, rows: Rows, grouped: GroupFields) -> tuple[dict[str, Typed], dict[str, Typed]]:
    own: dict[str, Typed] = {}
    of_groups: dict[str, Typed] = {}
    for index, name in enumerate(kpi.slices):
        typed = grouped.resolve(name)
        if typed is not None:
            of_groups[name] = typed
            continue
        typed = rows.fields.resolve(name)
        if typed is None:
            from bizops.errors import did_you_mean

            raise BizopsError.of(
                "unknown-reference",
                f"'{kpi.name}' cannot be split by '{name}': there is no such field.",
                kpi.place("slices", index),
                did_you_mean(name, rows.fields.paths()),
            )
        own[name] = typed
    return own, of_groups


def formula_of(model: Model, fields: AnyFields, text: ExprText, *, single: bool = False) -> Formula:
    """Arithmetic over aggregates; ``single`` allows the order-based ones (first, last) that give no number."""
    try:
        typer = Typer(fields, model.nouns, model.base_currency)
        tree = parse_expression(text.text)
        formula = typer.formula(tree)
        if not single and not formula.type.is_numeric:
            raise ExpressionError("wrong-type", f"A KPI is a number, but this is {formula.type}.", tree.pos)
        return formula
    except ExpressionError as error:
        raise problem_in(text, error) from None


def unit_factor(model: Model, kpi: Kpi, type_: Type, text: ExprText) -> Fraction:
    """By what to multiply the formula's value to have it in the KPI's unit.

    A plain count may be given any counting unit (``order``, ``customer/fte``); everything else has to agree in
    dimension.
    """
    unit = Unit.parse(kpi.unit, model.nouns)
    given = type_.unit
    if given.compatible(unit):
        return given.factor_to(unit)
    measured = without_counting(unit)
    if given == without_counting(given) and measured.compatible(given):
        return given.factor_to(measured)
    raise BizopsError.of(
        "unit-mismatch",
        f"'{kpi.name}' is declared in {kpi.unit}, but its value is {type_ if given != ONE else 'a plain number'}.",
        kpi.place("unit") if kpi.unit != "1" else text.place_at(0),
        "Change 'unit', or the value.",
    )


def without_counting(unit: Unit) -> Unit:
    """The unit without what is counted: EUR/fte becomes EUR."""
    physical = {name: power for name, power in unit.dimensions if name in (TIME, DATA) or name in CURRENCIES}
    return Unit.of(unit.scale, physical)
