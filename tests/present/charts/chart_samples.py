"""One chart of every kind, from numbers with known truth, in a language."""

from __future__ import annotations

from bizops.calendar import Calendar, Grain
from bizops.present.charts import Chart, spark_chart
from bizops.present.charts.about import About
from bizops.present.charts.bars import Amount, Swing, bar_chart, tornado, waterfall
from bizops.present.charts.flow import Stage, flow_chart
from bizops.present.charts.heat import heat_table
from bizops.present.charts.intervals import Estimate, Pool, dot_interval, quartile
from bizops.present.charts.lines import Fan, Line, line_chart
from bizops.present.charts.slope import Pair, slope

UTC = Calendar(zone="UTC")
MONTHS = UTC.periods(Grain.MONTH, UTC.period("2025-07").start, UTC.period("2026-06").end)
HALF = (3.0, 3.2, 3.1, 3.3, 3.2, 3.4)


def about(claim: str, unit: str, language: str, *, good: str = "none", decimals: int | None = None) -> About:
    """The words of a sample."""
    return About(claim, f"Subtitle of {claim}", "Definition 3f9a.", language, unit, decimals, good)


def samples(language: str) -> dict[str, Chart]:
    """By kind; ``multiples`` are the small charts, ``fan`` a forecast."""
    none = [None] * 6
    return {
        "bar": bar_chart(
            about("Munich <sells> most", "EUR/fte", language),
            [Amount("Munich & more", 31_250, 29_800, 30_000), Amount("Graz", -900, ours=False), Amount("Linz", None)],
        ),
        "waterfall": waterfall(
            about("Waiting explains it", "h", language, good="down", decimals=1),
            Amount("May", 12.3),
            [Amount("Waiting for the four-eyes check", 5.2), Amount("Rework", -0.6), Amount("Other", 2.9)],
            Amount("June", 20.3),
        ),
        "tornado": tornado(
            about("Adoption decides", "EUR", language),
            1_450_000,
            [Swing("Training", 1_500_000, 1_400_000), Swing("Adoption", 600_000, 2_100_000, "40 %", "95 %")],
        ),
        "quartile": quartile(
            about("Upper half", "EUR/fte", language),
            [Pool("Retail", 14_000, 21_000, 25_500, 29_800, 38_000, 214, 28_551), Pool("Trade", 1, 2, 3, 4, 5, 9)],
        ),
        "slope": slope(
            about("All but Dresden", "s", language),
            ("2025", "2026"),
            [Pair("Munich", 9.4, 3.1), Pair("Berlin", 9.4, 3.1), Pair("Dresden", 9.2, 9.5, True)],
        ),
        "dot-interval": dot_interval(
            about("It raised conversion", "%", language, good="up", decimals=1),
            [Estimate("Difference", 1.8, 0.6, 3.0), Estimate("Naive", 3.9, 3.1, 4.7, "naive")],
        ),
        "heat": heat_table(about("Mondays", "s", language), ["8", "9"], ["Mon", "Tue"], [[5.2, 6.1], [3.2, None]]),
        "flow": flow_chart(
            about("Orders wait", "order", language),
            [Stage("Sent", 1062, "0.6 h"), Stage("Checked twice", 948, "6.8 h", True, True), Stage("Done", 858)],
        ),
        "line": line_chart(
            about("Vienna catches up", "%", language, decimals=1),
            MONTHS[:6],
            [
                Line("Munich", HALF, unsure=(5,)),
                Line("Vienna", (2.0, None, 2.2, 2.4, 2.6, 3.4)),
                Line("Plan", HALF, "PL"),
            ],
        ),
        "fan": line_chart(
            about("It stays below", "s", language),
            MONTHS,
            [Line("actual", [*HALF, *none]), Line("median", [*none[:5], *(3.4,) * 7], "FC")],
            [Fan(90, [*none, *(2.0,) * 6], [*none, *(4.8,) * 6]), Fan(50, [*none, *(3.0,) * 6], [*none, *(3.8,) * 6])],
        ),
        "multiples": line_chart(
            about("Five branches", "%", language, decimals=1),
            MONTHS[:6],
            [Line(name, [value + at for value in HALF]) for at, name in enumerate(("A", "B", "C", "D", "E"))],
        ),
        "spark": spark_chart("Orders", [*HALF, None, 4.0], "order", language, [(2.5, 3.5)] * 8, "better"),
    }
