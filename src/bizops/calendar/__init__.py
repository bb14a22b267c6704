"""How time is counted. Hands on :class:`Calendar`, built from plain rules, and the periods it cuts."""

from bizops.calendar.calendar import Calendar
from bizops.calendar.days import check_holidays
from bizops.calendar.period import Grain, Period
from bizops.calendar.rules import DayHours, FiscalYear, Maintenance, PublicHolidays, SpecialDay
from bizops.calendar.stepping import DayAlignment
from bizops.calendar.working import OpenTable, WorkingDays
from bizops.calendar.zone import from_us, to_us

__all__ = [
    "Calendar",
    "DayAlignment",
    "DayHours",
    "FiscalYear",
    "Grain",
    "Maintenance",
    "OpenTable",
    "Period",
    "PublicHolidays",
    "SpecialDay",
    "WorkingDays",
    "check_holidays",
    "from_us",
    "to_us",
]
