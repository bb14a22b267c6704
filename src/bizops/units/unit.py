"""Units of numbers: what may be added, compared and converted.

A unit is an exact scale times powers of base dimensions. Time is measured in seconds and data in bytes; every currency
and every counted thing (an order, a customer, a full-time equivalent) is a dimension of its own, so that `EUR + USD`
and `order + customer` have no meaning, while `EUR/fte` has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from bizops.errors import BizopsError
from bizops.units.names import CURRENCIES, TIME
from bizops.units.notation import read_unit, unit_text


@dataclass(frozen=True)
class Unit:
    """What a number is measured in: an exact ``scale`` times powers of base ``dimensions``, sorted by name, none zero.

    Two units are equal when they measure the same: `60*s` is `min`, and `MB/s` is `kB/ms`.
    """

    scale: Fraction = Fraction(1)
    dimensions: tuple[tuple[str, int], ...] = ()

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, text: str, nouns: frozenset[str] = frozenset()) -> Unit:
        """The unit that *text* names, e.g. `EUR/fte`, `order/h`, `%`; *nouns* can be counted besides the built-in."""
        return cls.of(*read_unit(text, nouns))

    @classmethod
    def of(cls, scale: Fraction | int, powers: Mapping[str, int]) -> Unit:
        """The unit with this scale and these powers; dimensions with power 0 vanish."""
        return cls(Fraction(scale), tuple(sorted((name, power) for name, power in powers.items() if power)))

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.dimensions)
        for name, power in other.dimensions:
            powers[name] = powers.get(name, 0) + power
        return Unit.of(self.scale * other.scale, powers)

    def __truediv__(self, other: Unit) -> Unit:
        return self * other**-1

    def __pow__(self, exponent: int) -> Unit:
        return Unit.of(self.scale**exponent, {name: power * exponent for name, power in self.dimensions})

    def __str__(self) -> str:
        """The canonical text, which parses back: `EUR/fte`."""
        return unit_text(self.scale, self.dimensions)

    @property
    def is_dimensionless(self) -> bool:
        """A bare number or a percentage."""
        return not self.dimensions

    @property
    def is_time(self) -> bool:
        """A duration: time to the power of one and nothing else."""
        return self.dimensions == ((TIME, 1),)

    @property
    def currency(self) -> str | None:
        """The currency code when the unit is an amount of money (`EUR`, `1000*EUR`), else None."""
        if len(self.dimensions) != 1:
            return None
        name, power = self.dimensions[0]
        return name if power == 1 and name in CURRENCIES else None

    def compatible(self, other: Unit) -> bool:
        """Whether numbers in both units may be added and compared."""
        return self.dimensions == other.dimensions

    def factor_to(self, other: Unit) -> Fraction:
        """By what a number in this unit is multiplied to be one in *other*; refuses units of other dimensions."""
        if not self.compatible(other):
            both_money = self.currency and other.currency
            raise BizopsError.of(
                "unit-mismatch",
                f"'{self}' and '{other}' measure different things: one cannot be turned into the other.",
                hint="Amounts change currency at dated rates only." if both_money else None,
            )
        return self.scale / other.scale


ONE = Unit()
"""The unit of bare numbers, written `1`."""
