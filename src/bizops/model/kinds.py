"""The kinds of values that keys of the model language take, in one place for :mod:`bizops.model.language`.

A kind turns a node into a value (``bind``), tells editors what may stand there (``json_schema``) and says it in words
for the reference (``describe``).
"""

from bizops.model.duration import Duration
from bizops.model.scalars import (
    Bool,
    Decimal_,
    Expression,
    ExprText,
    Int,
    Name,
    Number,
    Ref,
    Str,
    Text,
    Title,
    UnitText,
    Word,
)
from bizops.model.structures import Kind, ListOf, MapOf, Nested, takes
from bizops.model.times import Date, DayHours, PeriodLabel, Span, Zone

__all__ = [
    "Bool",
    "Date",
    "DayHours",
    "Decimal_",
    "Duration",
    "ExprText",
    "Expression",
    "Int",
    "Kind",
    "ListOf",
    "MapOf",
    "Name",
    "Nested",
    "Number",
    "PeriodLabel",
    "Ref",
    "Span",
    "Str",
    "Text",
    "Title",
    "UnitText",
    "Word",
    "Zone",
    "takes",
]
