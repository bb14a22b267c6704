"""Amounts of money, exact and in one currency, and the dated rates between currencies."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bizops.errors import BizopsError, did_you_mean
from bizops.units.names import CURRENCIES
from bizops.units.unit import Unit


@dataclass(frozen=True)
class Money:
    """An exact amount in one currency. Amounts in different currencies are neither added nor compared."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_currency(self.currency)

    @property
    def unit(self) -> Unit:
        """The currency as a unit."""
        return Unit.of(1, {self.currency: 1})

    def __add__(self, other: Money) -> Money:
        self._check_same(other, "added")
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._check_same(other, "subtracted")
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int | float) -> Money:
        return Money(self.amount * _decimal(factor), self.currency)

    __rmul__ = __mul__

    def __truediv__(self, other: Money) -> Decimal:
        self._check_same(other, "divided")
        return self.amount / other.amount

    def __lt__(self, other: Money) -> bool:
        self._check_same(other, "compared")
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._check_same(other, "compared")
        return self.amount <= other.amount

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _check_same(self, other: Money, verb: str) -> None:
        if self.currency != other.currency:
            raise BizopsError.of(
                "mixed-currency",
                f"{self} and {other} cannot be {verb}: the currencies differ.",
                hint="Convert both to one currency at dated rates first.",
            )


@dataclass(frozen=True)
class Rates:
    """What one unit of each currency is worth in the ``base`` currency, from which day on.

    ``table`` maps a currency to its rates, sorted by the first day on which each holds. Build it with :meth:`of`.
    """

    base: str
    table: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(hash=False)

    @classmethod
    def of(cls, base: str, rates: Mapping[str, Mapping[date, Decimal]]) -> Rates:
        """Rates from `{"USD": {date(2026, 1, 1): Decimal("0.92")}}`, all positive, none of the base."""
        check_currency(base)
        for currency, dated in rates.items():
            check_currency(currency)
            if currency == base:
                raise BizopsError.of("bad-rate", f"'{base}' is the base currency: its rate is 1 and cannot be given.")
            for day, rate in dated.items():
                if not rate.is_finite() or rate <= 0:
                    raise BizopsError.of(
                        "bad-rate", f"The rate of {currency} on {day} is {rate}: a rate is greater than 0."
                    )
        return cls(base, {currency: tuple(sorted(dated.items())) for currency, dated in rates.items()})

    def rate_on(self, currency: str, day: date) -> Decimal:
        """The latest rate at or before *day*; refuses days before the first one, since nobody knew it then."""
        if currency == self.base:
            return Decimal(1)
        dated = self.table.get(currency, ())
        position = bisect_right(dated, day, key=lambda entry: entry[0])
        if position == 0:
            begins = f"rates begin on {dated[0][0]}" if dated else "there are none"
            raise BizopsError.of(
                "missing-rate",
                f"There is no rate of {currency} in {self.base} on {day}: {begins}.",
                hint="Add it under `currencies`.",
            )
        return dated[position - 1][1]

    def convert(self, money: Money, day: date) -> Money:
        """The amount in the base currency, at the rate of that day."""
        return Money(money.amount * self.rate_on(money.currency, day), self.base)


def check_currency(code: str) -> None:
    """Refuses what is not an active ISO 4217 code."""
    if code not in CURRENCIES:
        hint = f"Did you mean '{code.upper()}'?" if code.upper() in CURRENCIES else did_you_mean(code, CURRENCIES)
        raise BizopsError.of("unknown-currency", f"'{code}' is not a currency of ISO 4217.", hint=hint)


def _decimal(number: Decimal | int | float) -> Decimal:
    # By way of the shortest text: 0.1 is meant to be a tenth, not 0.1000000000000000055.
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
