"""Every colour there is, by role, for light and dark; what a page writes in CSS is made from here.

Changed together with its test, which computes contrasts and how far apart colours stay for those who see fewer of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

LIGHT: Mapping[str, str] = {
    "ink": "#16202c",
    "ink-2": "#536172",
    "back": "#f7f8fa",
    "surface": "#ffffff",
    "line": "#d9dee5",
    "accent": "#1f5fbf",
    "better": "#0f7a80",
    "better-text": "#0f766e",
    "better-tint": "#e0f3ef",
    "worse": "#c8400a",
    "worse-text": "#b53a09",
    "worse-tint": "#fde8df",
    "watch": "#f2b705",
    "watch-text": "#5c4400",
    "watch-tint": "#fff0c2",
    "noise": "#66758a",
    "band": "#e9edf2",
    "quiet": "#b4bdc9",
    "c1": "#295fc1",
    "c2": "#db7217",
    "c3": "#ad7cf3",
    "c4": "#104918",
    "c5": "#671074",
    "c6": "#826363",
}

DARK: Mapping[str, str] = {
    "ink": "#e8edf3",
    "ink-2": "#a3b1c2",
    "back": "#0f151c",
    "surface": "#171f29",
    "line": "#2d3947",
    "accent": "#7fb2ff",
    "better": "#2cc5c9",
    "better-text": "#5ad9d3",
    "better-tint": "#12343a",
    "worse": "#ff7a4d",
    "worse-text": "#ff9068",
    "worse-tint": "#43231a",
    "watch": "#ffd84d",
    "watch-text": "#ffe07a",
    "watch-tint": "#3f3412",
    "noise": "#8795a6",
    "band": "#242e3b",
    "quiet": "#55637a",
    "c1": "#83b2fd",
    "c2": "#f6a884",
    "c3": "#1d87ad",
    "c4": "#edf34c",
    "c5": "#a0783d",
    "c6": "#7ef7f9",
}

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "surface"), ("ink", "back"), ("ink", "band"), ("ink-2", "surface"), ("ink-2", "back"),
    ("accent", "surface"), ("better", "surface"), ("worse", "surface"), ("noise", "surface"),
    ("better-text", "better-tint"), ("worse-text", "worse-tint"), ("watch-text", "watch-tint"),
)  # fmt: skip
"""Text roles, and the grounds they stand on: at least 4.5 to 1."""

CATEGORIES: tuple[Literal["c1", "c2", "c3", "c4", "c5", "c6"], ...] = ("c1", "c2", "c3", "c4", "c5", "c6")
"""Series of equal rank, in the order they are taken."""


def custom_properties(theme: Mapping[str, str]) -> str:
    """The colours as CSS custom properties: ``--ink:#16202c;...``."""
    return ";".join(f"--{role}:{colour}" for role, colour in theme.items())


def root_rules() -> str:
    """Light colours, dark ones where the reader's system or ``data-theme`` asks for them; paper is always light."""
    light, dark = custom_properties(LIGHT), custom_properties(DARK)
    return (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=light]{{color-scheme:light}}"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}"
    )
