"""The fingerprint changes exactly when results might."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from bizops.calendar import Calendar, FiscalYear, Maintenance, PublicHolidays, SpecialDay

BASE = Calendar("Europe/Berlin", holidays=PublicHolidays("DE"), regions={"BY": None, "BE": None})


@pytest.mark.parametrize(
    "change",
    [
        {"zone": "Europe/Vienna"},
        {"week_start": "sunday"},
        {"working": (((time(9), time(17)),),) * 7},
        {"operating": ((),) * 7},
        {"holidays": None},
        {"regions": {"BY": PublicHolidays("DE", "BY"), "BE": None}},
        {"special_days": (SpecialDay(date(2026, 12, 31)),)},
        {"maintenance": (Maintenance(datetime(2026, 3, 1), datetime(2026, 3, 2)),)},
        {"fiscal": FiscalYear(7, 1)},
    ],
)
def test_every_rule_counts(change: dict[str, object]) -> None:
    assert replace(BASE, **change).fingerprint != BASE.fingerprint  # type: ignore[arg-type]


def test_equal_calendars_have_one_fingerprint_and_one_hash() -> None:
    same = replace(BASE, regions={"BE": None, "BY": None})
    assert same == BASE
    assert hash(same) == hash(BASE)
    assert same.fingerprint == BASE.fingerprint
    assert len(BASE.fingerprint) == 16


def test_it_is_the_same_in_every_process() -> None:
    code = (
        "from datetime import date; from bizops.calendar import Calendar, SpecialDay;"
        "day = SpecialDay(date(2026, 12, 31), (), frozenset('ABCDEF'));"
        "print(Calendar('Europe/Berlin', regions=dict.fromkeys('ABCDEF'), special_days=(day,)).fingerprint)"
    )
    seen = set()
    for seed in ("1", "2"):
        # A set is printed in another order under another seed.
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(run.stdout)
    assert len(seen) == 1


def test_reading_the_calendar_does_not_load_what_only_holidays_need() -> None:
    code = "import sys, bizops.calendar; print('holidays' in sys.modules, 'numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]
