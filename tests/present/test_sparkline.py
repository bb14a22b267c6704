"""The last periods in one line."""

from __future__ import annotations

import re

from bizops.present.charts import spark_chart, svg
from bizops.present.charts.spark import spark_text, spark_words


def test_a_missing_period_is_a_gap() -> None:
    assert spark_text([1.0, None, 3.0]) == "▁ █"
    (path,) = re.findall(r'class="line AC" d="([^"]+)"', svg(spark_chart("x", [1.0, 2.0, None, 3.0, 4.0], "1", "en")))
    assert path.count("M") == 2


def test_a_constant_series_is_a_level_line_and_none_is_empty() -> None:
    assert spark_text([2.0, 2.0]) == "▄▄"
    assert spark_text([None]) == ""
    assert "<path" not in svg(spark_chart("x", [None], "1", "en"))


def test_the_picture_says_what_it_shows() -> None:
    picture = svg(spark_chart("Orders", [1.0, 2.0], "order", "en"))

    (named,) = re.findall(r'role="img" lang="en" aria-labelledby="(\w+) (\w+)"', picture)
    assert f'<title id="{named[0]}">Orders: 2 periods, from 1 to 2, lowest 1, highest 2</title>' in picture
    assert f'<desc id="{named[1]}">' in picture


def test_it_can_be_said_in_words() -> None:
    assert spark_words([2.0, None, 5.5, 3.0], "h", "en") == "4 periods, from 2 h to 3 h, lowest 2 h, highest 5.50 h"
    assert spark_words([None], "h", "de") == ""
