"""The last periods in one line."""

from __future__ import annotations

from html.parser import HTMLParser

from bizops.present.sparkline import spark_svg, spark_text, spark_words


def test_a_missing_period_is_a_gap() -> None:
    assert spark_text([1.0, None, 3.0]) == "▁ █"
    assert spark_svg([1.0, 2.0, None, 3.0], "x").count("M") == 2


def test_a_constant_series_is_a_level_line_and_none_is_empty() -> None:
    assert spark_text([2.0, 2.0]) == "▄▄"
    assert spark_text([None]) == ""
    assert spark_svg([1.0], "x") == ""


def test_the_picture_says_what_it_shows() -> None:
    found: list[dict[str, str | None]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "svg":
                found.append(dict(attrs))

    Reader().feed(spark_svg([1.0, 2.0], "Orders: last periods"))
    assert [(one["role"], one["aria-label"]) for one in found] == [("img", "Orders: last periods")]


def test_it_can_be_said_in_words() -> None:
    assert spark_words([2.0, None, 5.5, 3.0], "h", "en") == "4 periods, from 2 h to 3 h, lowest 2 h, highest 5.50 h"
    assert spark_words([None], "h", "de") == ""
