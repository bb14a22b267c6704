"""What keys take: forms that are accepted, forms that are refused, and the words for it."""

# ruff: noqa: E501  (sentences are not broken)

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from bizops.model.binding import INVALID, Binding
from bizops.model.kinds import (
    Bool,
    Date,
    DayHours,
    Decimal_,
    Duration,
    Expression,
    Int,
    Kind,
    ListOf,
    MapOf,
    Number,
    Ref,
    Span,
    Str,
    Title,
    Word,
    Zone,
)
from bizops.model.nodes import Map, Node
from bizops.model.yaml_reader import read_yaml


def node(text: str) -> Node:
    top = read_yaml("f.yaml", f"k: {text}").node
    assert isinstance(top, Map)
    return top.items[0][1]


def bound(kind: Kind, text: str) -> Any:
    binding = Binding()
    value = kind.bind(node(text), binding)
    assert binding.problems == []
    return value


def problem(kind: Kind, text: str) -> str:
    binding = Binding()
    kind.bind(node(text), binding)
    (found,) = binding.problems
    return str(found)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Str(), "NO", "NO"),
        (Str(), "2024", "2024"),
        (Bool(), "true", True),
        (Int(), "7", 7),
        (Number(), "7", 7.0),
        (Number(), "-1.5e3", -1500.0),
        (Decimal_(), "1.10", Decimal("1.10")),
        (Word("up", "down"), "up", "up"),
        (Date(), "2024-02-29", date(2024, 2, 29)),
        (Span(), "6 weeks", Duration(6, "week")),
        (Span(), "12 months", Duration(12, "month")),
        (Span(), "90min", Duration(90, "min")),
        (Zone(), "Europe/Berlin", "Europe/Berlin"),
        (DayHours(), "08:00-12:00, 13:00-24:00", ((time(8), time(12)), (time(13), time(0)))),
        (DayHours(), "['08:00-12:00']", ((time(8), time(12)),)),
        (DayHours(), "closed", ()),
        (ListOf(Str()), "[a, b]", ("a", "b")),
        (ListOf(Str(), single=True), "a", ("a",)),
        (MapOf(Str(), list_of_names=True), "[a, b]", {"a": "a", "b": "b"}),
        (MapOf(Str()), "{a: x}", {"a": "x"}),
        (Title(), "Umsatz", {"en": "Umsatz", "de": "Umsatz"}),
        (Title(), "{en: Revenue}", {"en": "Revenue", "de": "Revenue"}),
    ],
)
def test_a_value_is_taken_as_it_is_meant(kind: Kind, text: str, value: object) -> None:
    assert bound(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Str(), "true", "f.yaml:1:4  wrong-type  'k' needs a text, not the truth value true. Put it in quotes."),
        (Bool(), "yes", "f.yaml:1:4  wrong-type  'k' needs true or false, not 'yes'."),
        (Int(min=2), "1", "f.yaml:1:4  out-of-range  1 is out of range: 2 or more is allowed."),
        (Int(), "1.5", "f.yaml:1:4  bad-number  'k' needs a whole number, not '1.5'. "
         "Write digits only; units and currencies have keys of their own."),
        (Number(), "1.234,5", "f.yaml:1:4  bad-number  'k' needs a number, not '1.234,5'. Write 1234.5: the decimal sign is a point."),
        (Word("up", "down"), "Up", "f.yaml:1:4  unknown-word  'k' takes 'up' or 'down', not 'Up'. Did you mean 'up'?"),
        (Date(), "2026-06-31", "f.yaml:1:4  bad-date  There is no day 2026-06-31. Months have 28 to 31 days."),
        (Span(), "6 weekz", "f.yaml:1:4  bad-duration  '6 weekz' is not a length of time such as '2 d' or '12 months'. "
         "Did you mean 'week'?"),
        (Zone(), "Europe/Berln", "f.yaml:1:4  unknown-zone  There is no time zone 'Europe/Berln'. Did you mean 'Europe/Berlin'?"),
        (ListOf(Str()), "a", "f.yaml:1:4  wrong-type  'k' needs a list, not 'a'. Write [a]."),
        (ListOf(Word("a", "b")), "[a, c]", "f.yaml:1:8  unknown-word  Allowed here is 'a' or 'b', not 'c'."),
        (MapOf(Date()), "{a: x}", "f.yaml:1:8  bad-date  'x' is not a day. Write it as 2026-03-31."),
        (Title(), "", "f.yaml:1:1  missing-value  'k' has no value: a text, or one each for 'en' and 'de', is needed."),
        (Title(), "{en: One, two}", "f.yaml:1:14  unknown-key  There is no language 'two' here, only 'en' and 'de'. "
         "Put a text that contains a comma in quotes."),
        (Expression(), "sum(a", "f.yaml:1:9  bad-expression  ',' or ')' is expected in sum(...), not the end."),
    ],
)  # fmt: skip
def test_another_form_is_refused_in_a_sentence(kind: Kind, text: str, said: str) -> None:
    assert problem(kind, text) == said


def test_every_bad_entry_of_a_list_is_told() -> None:
    binding = Binding()
    assert ListOf(Int()).bind(node("[1, x, 2, y]"), binding) == (1, 2)
    assert [str(p.place) for p in binding.problems] == ["f.yaml:1:8", "f.yaml:1:14"]


def test_names_of_other_definitions_are_noted_with_their_place() -> None:
    binding = Binding()
    assert Ref("kpis").bind(node("revenue"), binding) == "revenue"
    (reference,) = binding.references
    assert (reference.sections, reference.name, str(reference.place)) == (("kpis",), "revenue", "f.yaml:1:4")


def test_fixed_lengths_of_time_are_known_and_those_of_the_calendar_are_not() -> None:
    assert str(bound(Span(), "2 weeks").fixed) == "14 days, 0:00:00"
    assert bound(Span(), "1 month").fixed is None


def test_values_of_the_model_cannot_be_changed() -> None:
    value = bound(MapOf(Str()), "{a: x}")
    with pytest.raises(TypeError, match="cannot be changed"):
        value["a"] = "y"
    assert hash(value) == hash(bound(MapOf(Str()), "{a: x}"))


def test_nothing_comes_of_a_value_that_is_refused() -> None:
    assert Date().bind(node("soon"), Binding()) is INVALID
