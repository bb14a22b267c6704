"""Amounts in several currencies are converted at the rate of their own day, exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bizops.errors import BizopsError

YAML = """
sources:
  deals:
    columns:
      id: text
      at: timestamp
      amount: {type: decimal, currency: currency}
      fee: {type: decimal, unit: USD}
      currency: text
      state: text
    key: [id]
    time: at
    zone: UTC
currencies:
  base: EUR
  rates:
    USD: {2026-01-01: 0.90, 2026-03-10: 0.85}
    GBP: {2026-02-01: 1.16}
    JPY: {2026-01-01: 0.0061234567}
kpis:
  volume: {kind: measure, over: deals, value: sum(convert(amount)), unit: EUR, slices: [currency]}
  mean: {kind: measure, over: deals, value: avg(convert(amount)), unit: EUR}
  won: {kind: measure, over: deals, value: "sum(convert(amount) where state = 'won')", unit: EUR}
  only_won: {kind: measure, over: deals, where: state = 'won', value: sum(convert(amount)), unit: EUR}
  fees: {kind: measure, over: deals, value: sum(convert(fee)), unit: EUR}
  large: {kind: measure, over: deals, value: "count(where convert(amount) > 100)"}
  net: {kind: measure, over: deals, value: "sum(convert(amount)) - sum(convert(fee))", unit: EUR}
"""


def deal(number: int, at: str, amount: str | None, currency: str | None, state: str = "won", fee: str = "0"):
    return {"id": str(number), "at": at, "amount": amount, "currency": currency, "state": state, "fee": fee}


Q1 = {"grain": "quarter", "start": "2026-Q1", "end": "2026-Q1"}


def test_each_amount_takes_the_rate_of_its_own_day(small):
    rows = [
        deal(1, "2026-03-09T23:59:59", "100", "USD"),
        deal(2, "2026-03-10T00:00:00", "100", "USD"),
        deal(3, "2026-03-20T00:00:00", "7.50", "EUR"),
    ]
    assert small(YAML, deals=rows).number("volume", **Q1) == 90 + 85 + 7.5


def test_the_day_is_the_local_one(small):
    yaml = "calendars:\n  days: {zone: America/New_York}\n" + YAML
    # 03:30 UTC on the 10th is still the 9th in New York.
    rows = [deal(1, "2026-03-10T03:30:00", "100", "USD"), deal(2, "2026-03-10T04:30:00", "100", "USD")]
    assert small(yaml, deals=rows).number("volume", **Q1) == 90 + 85


def test_conversion_is_exact_to_the_cent(small):
    amounts = [f"{n}.{n % 100:02}" for n in range(1, 2000)]
    rows = [deal(n, "2026-02-02T00:00:00", amount, "USD") for n, amount in enumerate(amounts)]
    exact = sum(Decimal(amount) * Decimal("0.90") for amount in amounts)
    assert small(YAML, deals=rows).number("volume", **Q1) == float(exact)


def test_a_rate_may_have_ten_digits_after_the_point(small):
    rows = [deal(1, "2026-02-02T00:00:00", "1000000", "JPY")]
    assert small(YAML, deals=rows).number("volume", **Q1) == pytest.approx(6123.4567, abs=0.005)


def test_an_amount_without_rate_makes_the_sum_unknown(small):
    rows = [deal(1, "2026-01-31T00:00:00", "5", "GBP"), deal(2, "2026-01-31T00:00:00", "5", "EUR")]
    shop = small(YAML, deals=rows)
    assert shop.refusal("volume", **Q1) == "missing-rate"
    assert shop.refusal("mean", **Q1) == "missing-rate"
    by_currency = shop.query("volume", by=[["currency"]], **Q1)
    assert {v.slice["currency"]: (v.value, v.refusal and v.refusal.code) for v in by_currency} == {
        "EUR": (5, None),
        "GBP": (None, "missing-rate"),
    }


@pytest.mark.parametrize("currency", ["XXX", None, "", "eur"])
def test_an_unknown_currency_is_a_missing_rate(small, currency):
    assert small(YAML, deals=[deal(1, "2026-02-01T00:00:00", "5", currency)]).refusal("volume", **Q1) == "missing-rate"


def test_no_amount_needs_no_rate(small):
    rows = [deal(1, "2026-02-01T00:00:00", None, "XXX"), deal(2, "2026-02-01T00:00:00", "3", "EUR")]
    assert small(YAML, deals=rows).number("volume", **Q1) == 3


def test_only_amounts_that_count_need_a_rate(small):
    rows = [deal(1, "2026-02-01T00:00:00", "5", "XXX", "lost"), deal(2, "2026-02-01T00:00:00", "5", "EUR")]
    shop = small(YAML, deals=rows)
    assert shop.number("only_won", **Q1) == 5
    assert shop.number("won", **Q1) == 5


def test_an_amount_without_rate_in_a_condition_makes_the_count_unknown(small):
    rows = [deal(1, "2026-02-01T00:00:00", "500", "XXX"), deal(2, "2026-02-01T00:00:00", "500", "EUR")]
    assert small(YAML, deals=rows).refusal("large", **Q1) == "missing-rate"


def test_every_conversion_of_a_formula_is_looked_at(small):
    rows = [deal(1, "2025-12-31T00:00:00", "5", "EUR", fee="1")]  # no rate for the fee in USD yet
    shop = small(YAML, deals=rows)
    last_year = {"grain": "quarter", "start": "2025-Q4", "end": "2025-Q4"}
    assert shop.refusal("fees", **last_year) == "missing-rate"
    assert shop.refusal("net", **last_year) == "missing-rate"


def test_a_column_in_one_currency_is_converted_too(small):
    assert small(YAML, deals=[deal(1, "2026-04-01T00:00:00", "1", "EUR", fee="10")]).number(
        "fees", start="2026-04", end="2026-04"
    ) == pytest.approx(8.5)


@pytest.mark.parametrize(
    "value",
    ["sum(amount)", "avg(amount)", "max(amount)", "median(amount)", "sum(amount + fee)", "sum(amount * amount)"],
)
def test_mixed_currencies_are_never_added_or_compared(small, value):
    with pytest.raises(BizopsError) as error:
        small(YAML + f"  bad: {{kind: measure, over: deals, value: {value}, unit: EUR}}\n").number("bad", **Q1)
    assert "mixed-currency" in {problem.code for problem in error.value.problems}


RATES = """
sources:
  deals:
    columns: {id: text, at: date, amount: {type: decimal, currency: currency}, currency: text}
    key: [id]
    time: at
  fx:
    columns: {code: text, day: date, rate: number}
    key: [code, day]
    time: day
currencies:
  base: EUR
  rates_from: {source: fx, currency: code, date: day, rate: rate}
kpis:
  volume: {kind: measure, over: deals, value: sum(convert(amount)), unit: EUR}
"""


def test_rates_may_come_from_a_source_and_a_corrected_rate_corrects_values(small):
    shop = small(
        RATES,
        deals=[{"id": "1", "at": "2026-02-03", "amount": 100, "currency": "USD"}],
        fx=[{"code": "USD", "day": "2026-02-01", "rate": 0.8612345678901}],
    )
    assert shop.number("volume", **Q1) == pytest.approx(86.123456789, abs=1e-5)
    shop.deliver("fx", [{"code": "USD", "day": "2026-02-01", "rate": 0.5}])
    assert shop.number("volume", **Q1) == 50
