"""A number with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bizops.units.unit import Unit


@dataclass(frozen=True)
class Quantity:
    """A number and what it is measured in; sums keep the unit of the first."""

    value: float
    unit: Unit

    def to(self, unit: Unit) -> Quantity:
        """The same quantity in another unit; refuses units of other dimensions (`unit-mismatch`)."""
        return Quantity(_scaled(self.value, self.unit.factor_to(unit)), unit)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.value + other.to(self.unit).value, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.value - other.to(self.unit).value, self.unit)

    def __mul__(self, other: Quantity | float) -> Quantity:
        if isinstance(other, Quantity):
            return Quantity(self.value * other.value, self.unit * other.unit)
        return Quantity(self.value * other, self.unit)

    __rmul__ = __mul__

    def __truediv__(self, other: Quantity | float) -> Quantity:
        if isinstance(other, Quantity):
            return Quantity(self.value / other.value, self.unit / other.unit)
        return Quantity(self.value / other, self.unit)

    def __lt__(self, other: Quantity) -> bool:
        return self.value < other.to(self.unit).value

    def __le__(self, other: Quantity) -> bool:
        return self.value <= other.to(self.unit).value

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def _scaled(value: float, factor: Fraction) -> float:
    if isinstance(value, int):
        exact = value * factor
        return exact.numerator if exact.denominator == 1 else float(exact)
    return float(value * factor)
