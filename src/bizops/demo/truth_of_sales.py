"""The truth about sales, people, customers and what version 5 did for them."""

from __future__ import annotations

import numpy as np

from bizops.demo import trade
from bizops.demo.clock import DAY_S, DAYS, Numbers, day_number, month_of_day
from bizops.demo.files import LATE_BRANCH, LATE_DAYS, LATE_MONTH
from bizops.demo.truth_periods import MONTHS, YEARS, Integers, Record, by_period, each_period, share
from bizops.demo.world import World


def euro_amounts(world: World) -> Numbers:
    """Net amount of each booking in euros, francs at the rate of the booking's day; exact to a millionth."""
    bookings = world.bookings
    rate = np.where(bookings.swiss, world.rates.on(bookings.moment // DAY_S), 10_000)
    return (bookings.net * rate) / 1_000_000.0


def net_revenue(world: World) -> Record:
    """Sales less VAT and returns in euros, a return in the month in which it comes back."""
    bookings, amount = world.bookings, euro_amounts(world)
    day = bookings.moment // DAY_S
    record = by_period(world, day, amount, bookings.branch)
    month = month_of_day()[day]
    late = (bookings.branch == LATE_BRANCH) & np.isin(day, [day_number(d) for d in LATE_DAYS])
    before = (month == MONTHS.index(f"{LATE_MONTH:%Y-%m}")) & ~late
    record["late_month_before_the_late_file"] = float(amount[before].sum())
    record["gross_of_returns"] = by_period(world, day, np.where(bookings.reason < 0, amount, 0.0))
    record["francs_added_as_euros"] = by_period(world, day, bookings.net / 100.0)
    return record


def average_fte(world: World) -> Record:
    """Full-time equivalents, averaged over the days of a period; contracts hold by days, and every day counts one."""
    fte = world.roster.fte_on_days()
    record: Record = {}
    for grain, label, days_in in each_period(np.arange(DAYS)):
        averages = fte[:, days_in].mean(axis=1)
        record.setdefault(grain, {})[label] = float(averages.sum())
        for code, value in zip(world.branches.code, averages.tolist(), strict=True):
            record.setdefault("branch", {}).setdefault(code, {}).setdefault(grain, {})[label] = value
    return record


def per_fte(revenue: Record, fte: Record) -> Record:
    """Net revenue over average FTE of the same period."""
    return {
        "month": {m: revenue["month"][m] / fte["month"][m] for m in MONTHS},
        "fiscal_year": {y: revenue["fiscal_year"][y] / fte["fiscal_year"][y] for y in YEARS},
        "branch": {
            code: {y: own["fiscal_year"][y] / fte["branch"][code]["fiscal_year"][y] for y in YEARS}
            for code, own in revenue["branch"].items()
        },
    }


def customers_per_employee_day(world: World) -> Record:
    """Distinct persons an employee served on a day, averaged over the days on which they served anybody."""
    visits = world.visits
    branch_of = np.zeros(visits.employee.max() + 1, dtype=np.int64)
    branch_of[visits.employee] = visits.branch

    def served(who: Integers) -> tuple[Integers, Integers, Integers]:
        """Day, branch and number of distinct people of every employee and day."""
        most = int(who.max()) + 1
        contacts = np.unique((visits.employee * DAYS + visits.day) * most + who)
        pairs, count = np.unique(contacts // most, return_counts=True)
        return pairs % DAYS, branch_of[pairs // DAYS], count

    day, branch, count = served(visits.person)
    fte_days = working_fte_days(world)
    record: Record = {}
    for grain, label, rows_in in each_period(day):
        contacts = int(count[rows_in].sum())
        record.setdefault(grain, {})[label] = share(contacts, int(rows_in.sum()))
        record.setdefault("contacts", {})[label] = contacts
        record.setdefault("per_fte_day", {})[label] = share(contacts, fte_days[label])
    record["fte_days"] = fte_days
    record["branch"] = {
        code: share(int(count[branch == n].sum()), int((branch == n).sum()))
        for n, code in enumerate(world.branches.code)
    }
    _, _, naive = served(visits.customer)
    record["all_with_duplicate_numbers_as_people"] = share(int(naive.sum()), len(naive))
    record["all"] = share(int(count.sum()), len(count))
    periods = each_period(visits.day)
    record["distinct_persons"] = {label: len(np.unique(visits.person[rows_in])) for _, label, rows_in in periods}
    record["distinct_numbers"] = {label: len(np.unique(visits.customer[rows_in])) for _, label, rows_in in periods}
    return record


def working_fte_days(world: World) -> dict[str, float]:
    """Full-time equivalents times the days on which the shops of their region were open (Saturdays count as days)."""
    is_open = np.array([hours.seconds > 0 for hours in world.branches.hours])
    fte = (world.roster.fte_on_days() * is_open).sum(axis=0)
    return {label: float(fte[days_in].sum()) for _, label, days_in in each_period(np.arange(DAYS))}


def conversion(world: World) -> Record:
    """Share of visits that ended with a booked order, by the month of the visit."""
    bookings = world.bookings
    sold = np.zeros(len(world.visits.moment), dtype=np.bool_)
    sold[bookings.visit[bookings.reason < 0]] = True
    record: Record = {}
    for grain, label, rows_in in each_period(world.visits.day):
        record.setdefault(grain, {})[label] = share(int(sold[rows_in].sum()), int(rows_in.sum()))
    return record


def discount_share(world: World) -> Record:
    """Discount given over the list price of what was sold; francs and euros alike, for it is a share."""
    bookings = world.bookings
    rate = np.where(bookings.swiss, world.rates.on(bookings.moment // DAY_S), 10_000)
    sale = bookings.reason < 0
    record: Record = {}
    for grain, label, rows_in in each_period(bookings.moment // DAY_S):
        kept = rows_in & sale
        list_net = int((bookings.list_net * rate)[kept].sum())
        record.setdefault(grain, {})[label] = share(list_net - int((bookings.net * rate)[kept].sum()), list_net)
    return record


def effect(world: World, revenue: Record, fte: Record) -> Record:
    """What version 5 did, what it seems to have done, and how the six branches of wave 1 were chosen."""
    bookings, amount = world.bookings, euro_amounts(world)
    day = bookings.moment // DAY_S
    treated = day >= world.branches.go_live_day[bookings.branch] + trade.EFFECT_LAG_DAYS
    with_v5 = float(amount[treated].sum())
    wave_1 = [c for c, w in zip(world.branches.code, world.branches.wave, strict=True) if w == 1]

    def per_head(codes: list[str], months: list[str]) -> float:
        own: float = sum(revenue["branch"][c]["month"][m] for c in codes for m in months)
        people: float = sum(fte["branch"][c]["month"][m] for c in codes for m in months)
        return own / people

    before, after = MONTHS[3:9], MONTHS[15:21]  # October to March, a year apart
    ranking = sorted(world.branches.code, key=lambda code: per_head([code], before))
    return {
        "revenue_on_treated_days": with_v5,
        "revenue_due_to_v5": with_v5 - with_v5 / (1 + trade.EFFECT_ON_REVENUE),
        "naive_before_after_of_wave_1": per_head(wave_1, after) / per_head(wave_1, before) - 1,
        "naive_periods": [[before[0], before[-1]], [after[0], after[-1]]],
        "ranking_before_worst_first": ranking,
        "wave_1_among_the_worst_six": len(set(wave_1) & set(ranking[:6])),
    }
