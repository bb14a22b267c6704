"""Colours can be read on their grounds, and told apart by those who see fewer of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from bizops.present.charts.svg import CELL
from bizops.present.colours import CATEGORIES, DARK, LIGHT, TEXT_PAIRS, root_rules

THEMES = {"light": LIGHT, "dark": DARK}

SEEN_AS = {
    "all": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""Machado, Oliveira and Fernandes (2009), severity 1.0, on linear light."""

Colour = npt.NDArray[np.float64]


def linear(colour: str) -> Colour:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2.2: relative luminance."""
    low, high = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def oklab(colour: Colour) -> Colour:
    """Ottosson (2020)."""
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return to_lab @ np.cbrt(to_cones @ colour)


def distance(one: str, other: str, seen: str) -> float:
    """A hundred times the distance in OKLab as somebody with that sight sees it."""
    first, second = (oklab(np.clip(SEEN_AS[seen] @ linear(colour), 0, 1)) for colour in (one, other))
    return 100 * float(np.linalg.norm(first - second))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_every_text_can_be_read_on_its_ground(theme: str, text: str, ground: str) -> None:
    colours = THEMES[theme]
    assert contrast(linear(colours[text]), linear(colours[ground])) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", ["accent", "better", "worse", "noise", *CATEGORIES])
def test_every_line_and_bar_stands_out_from_the_surface(theme: str, role: str) -> None:
    colours = THEMES[theme]
    assert contrast(linear(colours[role]), linear(colours["surface"])) >= 2.99


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("seen", SEEN_AS)
def test_series_of_equal_rank_are_told_apart_by_everybody(theme: str, seen: str) -> None:
    colours = THEMES[theme]
    assert min(distance(colours[a], colours[b], seen) for a, b in combinations(CATEGORIES, 2)) >= 13.9


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("seen", SEEN_AS)
def test_better_and_worse_are_told_apart_by_everybody(theme: str, seen: str) -> None:
    colours = THEMES[theme]
    assert distance(colours["better"], colours["worse"], seen) >= 14


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("strength", CELL)
def test_a_number_can_be_read_on_every_field_of_a_heat_table(theme: str, strength: float) -> None:
    colours = THEMES[theme]
    top, below = (np.array([int(colours[role][at : at + 2], 16) for at in (1, 3, 5)]) for role in ("accent", "surface"))
    field = "#" + "".join(f"{round(part):02x}" for part in strength * top + (1 - strength) * below)

    assert contrast(linear(colours["ink"]), linear(field)) >= 4.5


def test_a_page_knows_every_role_in_both_themes_and_prints_light_ones() -> None:
    rules = root_rules()

    assert set(LIGHT) == set(DARK)
    for theme in (LIGHT, DARK):
        assert all(f"--{role}:{colour}" in rules for role, colour in theme.items())
    before_screen = rules.partition("@media screen")[0]
    assert _colours(before_screen) == dict(LIGHT)
    assert rules.count("@media screen") == rules.count(f"--ink:{DARK['ink']}")


def _colours(rules: str) -> Mapping[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", rules))
