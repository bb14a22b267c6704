"""Sentences for people, in English and German, in one place."""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "moved": {
        "en": "{title} moved most: {change} to {value} in {period}, more than its usual ups and downs.",
        "de": "Am stärksten bewegt hat sich {title}: {change} auf {value} in {period}, mehr als üblich.",
    },
    "quiet": {
        "en": "Nothing moved beyond its usual ups and downs.",
        "de": "Nichts hat sich mehr als üblich bewegt.",
    },
    "against": {
        "en": "Targets: {good} met, {watch} to be watched, {bad} missed.",
        "de": "Ziele: {good} erreicht, {watch} zu beobachten, {bad} verfehlt.",
    },
    "no_targets": {"en": "No targets are set for this period.", "de": "Für diesen Zeitraum sind keine Ziele gesetzt."},
    "running": {
        "en": "Not complete, shown apart and not judged: {n}.",
        "de": "Nicht vollständig, daneben gezeigt und nicht beurteilt: {n}.",
    },
    "scorecard": {"en": "Scorecard", "de": "Kennzahlen"},
    "tree": {"en": "KPI tree", "de": "Kennzahlenbaum"},
    "kpi": {"en": "KPI", "de": "Kennzahl"},
    "period": {"en": "period", "de": "Zeitraum"},
    "value": {"en": "value", "de": "Wert"},
    "status": {"en": "", "de": ""},
    "target": {"en": "target", "de": "Ziel"},
    "previous": {"en": "vs prev.", "de": "z. Vorz."},
    "year_ago": {"en": "vs year", "de": "z. Vorj."},
    "trend": {"en": "last periods", "de": "Verlauf"},
    "unfinished": {"en": "not complete", "de": "unvollständig"},
    "good": {"en": "met", "de": "erreicht"},
    "watch": {"en": "watch", "de": "beobachten"},
    "bad": {"en": "missed", "de": "verfehlt"},
    "complete": {"en": "complete", "de": "vollständig"},
    "late": {"en": "data late", "de": "Daten verspätet"},
    "truncated": {"en": "data begin later", "de": "Daten beginnen später"},
    "empty": {"en": "no data", "de": "keine Daten"},
    "is": {"en": "is made of", "de": "setzt sich zusammen aus"},
    "by": {"en": "believed to be moved by", "de": "vermutlich bewegt durch"},
    "legend": {
        "en": "═ arithmetic   ─ {grades}   after a line: lag and evidence",
        "de": "═ Rechnung   ─ {grades}   dahinter: Verzögerung und Beleg",
    },
    "hypothesis": {"en": "hypothesis", "de": "Vermutung"},
    "outside": {"en": "Not in the tree: {names}.", "de": "Nicht im Baum: {names}."},
    "again": {"en": "(see above)", "de": "(siehe oben)"},
    "open": {"en": "open", "de": "offen"},
    "naive": {"en": "without open cases", "de": "ohne offene Fälle"},
    "rows": {"en": "rows", "de": "Zeilen"},
    "note": {"en": "note", "de": "Hinweis"},
    "asserted": {"en": "asserted", "de": "behauptet"},
    "observational": {"en": "observational", "de": "beobachtet"},
    "quasi-experimental": {"en": "quasi-experimental", "de": "quasi-experimentell"},
    "randomised": {"en": "randomised", "de": "randomisiert"},
}
"""By key, then language. Statuses, states of completeness and grades are keys too."""


def say(key: str, language: str, **parts: object) -> str:
    """A sentence or label in a language."""
    return TEXTS[key][language].format(**parts)
