"""Who there is: branches and their roll-out waves, staff with their contracts, customers with their duplicates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bizops.demo.clock import DAYS, REGIONS, Numbers, Opening, day_number, opening

BRANCHES = 24
POSITIONS = 240
PART_TIME_SHARE = 0.31
CUSTOMERS = 60_000
SMALL_BRANCH = 10
"""Number 11: three employees, fewer than any minimum group."""
GAMING_BRANCH = 16
"""Number 17: fills customer data with placeholders."""

WAVE_STARTS = (date(2025, 9, 1), date(2025, 11, 3), date(2026, 1, 12), date(2026, 3, 2))
DIP_FIRST, DIP_LAST = date(2024, 10, 1), date(2025, 3, 31)
"""The half-year by whose results wave 1 was chosen; chance alone made them differ from the branches' own level."""
DIP_SPREAD = 0.0335
LEVEL_SPREAD = 0.018

CITIES = (
    "München Nord", "Augsburg", "Nürnberg", "Regensburg",
    "Berlin Mitte", "Berlin Spandau", "Berlin Köpenick", "Berlin Steglitz",
    "Köln", "Düsseldorf", "Monschau", "Dortmund",
    "Dresden", "Leipzig", "Chemnitz", "Zwickau",
    "Bregenz", "Dornbirn", "Feldkirch", "Bludenz",
    "Wien Mitte", "Wien Favoriten", "Wien Donaustadt", "Wien Liesing",
)  # fmt: skip


@dataclass(frozen=True)
class Branches:
    """One entry a branch."""

    code: list[str]
    region: NDArray[np.int64]
    positions: NDArray[np.int64]
    level: Numbers
    luck: Numbers
    wave: NDArray[np.int64]
    hours: list[Opening]

    @property
    def go_live_day(self) -> NDArray[np.int64]:
        """First day with version 5, by branch."""
        return np.array([day_number(day) for day in WAVE_STARTS])[self.wave - 1]

    def luck_on_days(self) -> Numbers:
        """What chance does to a branch's sales on each day, as a share; (branches, days)."""
        shape = np.zeros(DAYS)
        shape[day_number(DIP_FIRST) : day_number(DIP_LAST) + 1] = 1.0
        return self.luck[:, None] * shape[None, :]


def found_branches(rng: np.random.Generator) -> Branches:
    """Four branches in each of six regions. Waves are told later, by what the branches sold."""
    region = np.repeat(np.arange(len(REGIONS)), BRANCHES // len(REGIONS))
    positions = np.full(BRANCHES, 10) + rng.permutation(np.repeat([-3, -2, -1, 1, 2, 3], 4))
    positions[SMALL_BRANCH] = 3
    positions[4] += POSITIONS - positions.sum()
    # Equally spaced normal scores instead of draws: the spread is what it was planned to be, whatever the seed.
    scores = np.array([-2.04, -1.53, -1.23, -1.01, -0.82, -0.66, -0.51, -0.37, -0.24, -0.11, -0.04, 0.0])
    scores = np.concatenate([scores, -scores])
    level = 1 + LEVEL_SPREAD * rng.permutation(scores)
    luck = DIP_SPREAD * rng.permutation(scores)
    wave = np.ones(BRANCHES, dtype=np.int64)
    hours = [opening(REGIONS[index]) for index in region]
    return Branches([f"B{n + 1:02d}" for n in range(BRANCHES)], region, positions, level, luck, wave, hours)


def choose_waves(rng: np.random.Generator, branches: Branches, roster: Roster, revenue: Numbers) -> Branches:
    """The six branches with the least revenue per FTE in the half-year go first, the others by lot."""
    days = slice(day_number(DIP_FIRST), day_number(DIP_LAST) + 1)
    per_fte = revenue[:, days].sum(axis=1) / roster.fte_on_days()[:, days].sum(axis=1)
    order = np.argsort(per_fte, kind="stable")
    wave = np.ones(BRANCHES, dtype=np.int64)
    wave[rng.permutation(order[6:])] = np.repeat([2, 3, 4], 6)
    return replace(branches, wave=wave)


@dataclass(frozen=True)
class Roster:
    """One entry a contract period: who, where, how much, from which day to before which (``DAYS`` if open)."""

    employee: NDArray[np.int64]
    branch: NDArray[np.int64]
    fte: Numbers
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def fte_on_days(self) -> Numbers:
        """Full-time equivalents by branch and day."""
        change = np.zeros((BRANCHES, DAYS + 1))
        np.add.at(change, (self.branch, self.start), self.fte)
        np.add.at(change, (self.branch, self.end), -self.fte)
        return np.round(np.cumsum(change, axis=1)[:, :DAYS], 6)


def hire_staff(rng: np.random.Generator, branches: Branches) -> Roster:
    """240 positions, 31 % of them part-time; about one in five changes hands, some people change their hours."""
    branch_of = np.repeat(np.arange(BRANCHES), branches.positions)
    part_time = rng.permutation(POSITIONS) < round(POSITIONS * PART_TIME_SHARE)
    hours = np.where(part_time, rng.choice([0.5, 0.6, 0.8], POSITIONS), 1.0)
    leaves = (rng.random(POSITIONS) < 0.2) & (branch_of != SMALL_BRANCH)
    changes = (rng.random(POSITIONS) < 0.08) & ~leaves & part_time
    rows: list[tuple[int, int, float, int, int]] = []
    newcomer = POSITIONS
    for position in range(POSITIONS):
        branch, fte = int(branch_of[position]), float(hours[position])
        turn = int(rng.integers(60, DAYS - 60))
        if leaves[position]:
            gap = int(rng.integers(0, 45))
            rows.append((position, branch, fte, 0, turn))
            rows.append((newcomer, branch, fte, turn + gap, DAYS))
            newcomer += 1
        elif changes[position]:
            rows.append((position, branch, fte, 0, turn))
            rows.append((position, branch, 0.8 if fte < 0.8 else 0.5, turn, DAYS))
        else:
            rows.append((position, branch, fte, 0, DAYS))
    employee, branch_column, fte_column, start, end = zip(*rows, strict=True)
    return Roster(np.array(employee), np.array(branch_column), np.array(fte_column), np.array(start), np.array(end))


@dataclass(frozen=True)
class Customers:
    """One entry a person; some persons have a second customer number."""

    branch: NDArray[np.int64]
    segment: NDArray[np.int64]
    swiss: NDArray[np.bool_]
    weight: Numbers
    history_lines: NDArray[np.int64]
    second_number: NDArray[np.int64]
    """The duplicate's number, or -1."""

    @property
    def count(self) -> int:
        """How many persons."""
        return len(self.branch)


SEGMENTS = ("private", "trade", "public")


def sign_up_customers(rng: np.random.Generator, branches: Branches, scale: float) -> Customers:
    """Customers of each branch in proportion to its staff; a few buy often. Vorarlberg serves a Swiss clientele."""
    count = max(BRANCHES * 20, round(CUSTOMERS * scale))
    branch = np.sort(rng.choice(BRANCHES, count, p=branches.positions / POSITIONS))
    segment = rng.choice(3, count, p=[0.78, 0.18, 0.04])
    swiss = (branches.region[branch] == REGIONS.index("AT-8")) & (rng.random(count) < 0.22)
    weight = rng.lognormal(0.0, 0.9, count) * np.array([1.0, 2.2, 3.0])[segment]
    history_lines = np.maximum(1, rng.poisson(14 * weight)).astype(np.int64)
    duplicated = rng.random(count) < 0.06
    second_number = np.where(duplicated, count + np.cumsum(duplicated) - 1, -1)
    return Customers(branch, segment, swiss, weight, history_lines, second_number)
