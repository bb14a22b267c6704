"""Sentences for people, in English and German, in one place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bizops.measure.value import Refusal
from bizops.model.duration import Duration

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
        "de": "Ziele: {good} erreicht, {watch} knapp, {bad} verfehlt.",
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
    "against_previous": {"en": "the period before", "de": "Vorzeitraum"},
    "against_year_ago": {"en": "the year before", "de": "Vorjahr"},
    "against_none": {"en": "no comparison", "de": "ohne Vergleich"},
    "clock_elapsed": {"en": "as time passes", "de": "wie die Zeit vergeht"},
    "clock_working": {"en": "working hours: {calendar}", "de": "Arbeitszeit: {calendar}"},
    "page_loop": {"en": "Overview", "de": "Überblick"},
    "page_tree": {"en": "KPI tree", "de": "Kennzahlenbaum"},
    "page_scorecard": {"en": "Scorecard", "de": "Kennzahlen"},
    "page_journeys": {"en": "Journeys", "de": "Abläufe"},
    "page_glossary": {"en": "Glossary", "de": "Glossar"},
    "page_admin": {"en": "Administration", "de": "Verwaltung"},
    "trend": {"en": "last periods", "de": "Verlauf"},
    "unfinished": {"en": "not complete", "de": "unvollständig"},
    "good": {"en": "met", "de": "erreicht"},
    "watch": {"en": "watch", "de": "knapp"},
    "bad": {"en": "missed", "de": "verfehlt"},
    "complete": {"en": "complete", "de": "vollständig"},
    "late": {"en": "data late", "de": "Daten verspätet"},
    "truncated": {"en": "data begin later", "de": "Daten beginnen später"},
    "empty": {"en": "no data", "de": "keine Daten"},
    "is": {"en": "is made of", "de": "setzt sich zusammen aus"},
    "by": {"en": "believed to be moved by", "de": "vermutlich bewegt durch"},
    "legend": {"en": "═ arithmetic · hypothesis: {grades}", "de": "═ Rechnung · Vermutung: {grades}"},
    "spark": {
        "en": "{n} periods, from {first} to {last}, lowest {low}, highest {high}",
        "de": "{n} Zeiträume, von {first} bis {last}, tiefster {low}, höchster {high}",
    },
    "better": {"en": "better", "de": "besser"},
    "worse": {"en": "worse", "de": "schlechter"},
    "changed": {"en": "changed", "de": "verändert"},
    "within_noise": {"en": "as usual", "de": "wie üblich"},
    "not_judged": {"en": "not judged", "de": "nicht beurteilt"},
    "no_data": {"en": "no data", "de": "keine Daten"},
    "refused": {"en": "withheld", "de": "zurückgehalten"},
    "is_better": {
        "en": "{title} stood at {value} {when}, better than the usual {usual}.",
        "de": "{title} {when} bei {value}: besser als üblich ({usual}).",
    },
    "is_worse": {
        "en": "{title} stood at {value} {when}, worse than the usual {usual}.",
        "de": "{title} {when} bei {value}: schlechter als üblich ({usual}).",
    },
    "is_changed": {
        "en": "{title} stood at {value} {when}, outside the usual {usual}.",
        "de": "{title} {when} bei {value}: anders als üblich ({usual}).",
    },
    "is_within_noise": {
        "en": "{title} stood at {value} {when}, within the usual {usual}.",
        "de": "{title} {when} bei {value}: im üblichen Bereich ({usual}).",
    },
    "is_not_judged": {"en": "{title} stood at {value} {when}.", "de": "{title} {when} bei {value}."},
    "is_late": {
        "en": "{title}: data for {period} are late. {before}",
        "de": "{title}: Die Daten für {period} fehlen noch. {before}",
    },
    "is_no_data": {"en": "{title}: {why}", "de": "{title}: {why}"},
    "is_refused": {"en": "{title}, {period}: {why}", "de": "{title}, {period}: {why}"},
    "to": {"en": "{low} to {high}", "de": "{low} bis {high}"},
    "per_period": {"en": "{unit} by {grain}, {first} to {last}", "de": "{unit} je {grain}, {first} bis {last}"},
    "unitless": {"en": "Values", "de": "Werte"},
    "in_one_period": {"en": "{unit}, {period}; {rows}", "de": "{unit}, {period}; {rows}"},
    "grey_is": {"en": "Light grey: {period}.", "de": "Hellgrau: {period}."},
    "outline_is": {"en": "Dashed: target.", "de": "Gestrichelt: Ziel."},
    "percent": {"en": "Per cent", "de": "Prozent"},
    "in_ms": {"en": "Milliseconds", "de": "Millisekunden"},
    "in_s": {"en": "Seconds", "de": "Sekunden"},
    "in_min": {"en": "Minutes", "de": "Minuten"},
    "in_h": {"en": "Hours", "de": "Stunden"},
    "in_d": {"en": "Days", "de": "Tage"},
    "of_rows": {"en": "{n} rows", "de": "{n} Zeilen"},
    "hour": {"en": "hour", "de": "Stunde"},
    "day": {"en": "day", "de": "Tag"},
    "week": {"en": "week", "de": "Woche"},
    "month": {"en": "month", "de": "Monat"},
    "quarter": {"en": "quarter", "de": "Quartal"},
    "year": {"en": "year", "de": "Jahr"},
    "fiscal_month": {"en": "fiscal month", "de": "Geschäftsmonat"},
    "fiscal_quarter": {"en": "fiscal quarter", "de": "Geschäftsquartal"},
    "fiscal_year": {"en": "fiscal year", "de": "Geschäftsjahr"},
    "total": {"en": "whole time", "de": "Gesamtzeit"},
    "not_from_zero": {"en": "The scale does not start at zero.", "de": "Die Skala beginnt nicht bei null."},
    "dotted": {"en": "Dotted: period not complete.", "de": "Gepunktet: Zeitraum nicht vollständig."},
    "source_line": {
        "en": "Definition {definition}. Data until {fresh}. As known on {as_of}.",
        "de": "Definition {definition}. Daten bis {fresh}. Stand {as_of}.",
    },
    "change_release": {"en": "Release", "de": "Version"},
    "change_incident": {"en": "Incident", "de": "Störung"},
    "change_campaign": {"en": "Campaign", "de": "Kampagne"},
    "change_flag": {"en": "Switch", "de": "Schalter"},
    "change_other": {"en": "Change", "de": "Änderung"},
    "maintenance": {"en": "maintenance", "de": "Wartung"},
    "usual": {"en": "usual range", "de": "üblich"},
    "usual_range": {"en": "usual range", "de": "üblicher Bereich"},
    "before_year": {"en": "year before", "de": "Vorjahr"},
    "alt_line": {"en": "Line chart of {title}: {words}.", "de": "Liniendiagramm zu {title}: {words}."},
    "alt_lines": {"en": "Line chart: {words}.", "de": "Liniendiagramm: {words}."},
    "likely": {"en": "{probability} % likely", "de": "zu {probability} %"},
    "values": {"en": "Values", "de": "Werte"},
    "good_is": {"en": "Good is", "de": "Gut ist"},
    "good_up": {"en": "more", "de": "mehr"},
    "good_down": {"en": "less", "de": "weniger"},
    "good_range": {"en": "to be in between", "de": "dazwischen zu liegen"},
    "good_none": {"en": "", "de": ""},
    "unit": {"en": "Unit", "de": "Einheit"},
    "owners": {"en": "Owners", "de": "Verantwortlich"},
    "no_owner": {"en": "nobody yet", "de": "noch niemand"},
    "definition": {"en": "Definition", "de": "Definition"},
    "highest_and_lowest": {
        "en": "{title} {when}: {high} highest with {most}, {low} lowest with {least}",
        "de": "{title} {when}: {high} am höchsten mit {most}, {low} am niedrigsten mit {least}",
    },
    "largest": {"en": "The largest {n} of {all} are shown.", "de": "Gezeigt sind die größten {n} von {all}."},
    "alt_bar": {"en": "Bar chart: {words}.", "de": "Balkendiagramm: {words}."},
    "alt_waterfall": {"en": "What the change is made of: {words}.", "de": "Woraus die Änderung besteht: {words}."},
    "alt_tornado": {
        "en": "What the answer hinges on, about {base}: {words}.",
        "de": "Wovon die Antwort abhängt, um {base}: {words}.",
    },
    "alt_interval": {"en": "Estimates with intervals: {words}.", "de": "Schätzungen mit Intervallen: {words}."},
    "alt_quartile": {"en": "Where we stand among others: {words}.", "de": "Wo wir unter anderen stehen: {words}."},
    "alt_slope": {"en": "Before and after: {words}.", "de": "Vorher und nachher: {words}."},
    "alt_heat": {
        "en": "Table of {rows} rows and {columns} columns; most in {most}.",
        "de": "Tabelle mit {rows} Zeilen und {columns} Spalten; am meisten in {most}.",
    },
    "alt_flow": {"en": "Cases from step to step: {words}.", "de": "Fälle von Schritt zu Schritt: {words}."},
    "of_pool": {
        "en": "{name}: the middle half from {low} to {high}, ours {ours}",
        "de": "{name}: mittlere Hälfte von {low} bis {high}, wir {ours}",
    },
    "how_quartile": {
        "en": "Box: the middle half of the others; diamond: their median; line: all; dot: us.",
        "de": "Kasten: mittlere Hälfte der anderen; Raute: ihr Median; Linie: alle; Punkt: wir.",
    },
    "ours": {"en": "us", "de": "wir"},
    "base": {"en": "base", "de": "Basis"},
    "low_end": {"en": "low", "de": "unteres Ende"},
    "high_end": {"en": "high", "de": "oberes Ende"},
    "unexplained": {"en": "not explained", "de": "nicht erklärt"},
    "hatched_waits": {
        "en": "Hatched: nobody works on it, it waits.",
        "de": "Schraffiert: niemand arbeitet daran, es wartet.",
    },
    "step": {"en": "step", "de": "Schritt"},
    "cases": {"en": "cases", "de": "Fälle"},
    "to_next": {"en": "to the next", "de": "bis zum nächsten"},
    "alt_usual": {"en": " Usual range {usual}.", "de": " Üblicher Bereich {usual}."},
    "alt_target": {"en": " Target {target}.", "de": " Ziel {target}."},
    "alt_events": {"en": " Marked: {events}.", "de": " Markiert: {events}."},
    "points": {"en": "pp", "de": "PP"},
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

REASONS_DE: dict[str, str] = {
    "no-data": "Für diesen Zeitraum gibt es keine Daten.",
    "no-value": "Keine Zeile dieses Zeitraums hat, woraus der Wert besteht.",
    "small-group": "Der Wert wird zurückgehalten: Er spräche über weniger Menschen als die kleinste erlaubte Gruppe.",
    "suppressed": "Der Wert wird zurückgehalten: Mit ihm ließe sich ein zurückgehaltener Nachbar errechnen.",
    "missing-rate": "Beträge ohne Wechselkurs lassen sich nicht addieren.",
    "sampled": "Die Sender behielten nur eine Stichprobe: gezählt wird nicht, als wäre es alles. sum(weight) schätzt.",
    "not-reached": "Zu wenige Fälle sind zu Ende, um diesen Wert zu kennen.",
    "no-such-slice": "Die Kennzahl lässt sich so nicht aufteilen.",
    "partial-period": "Ein unvollständiger Zeitraum wird nicht verglichen.",
    "no-counterpart": "Es gibt keinen früheren Zeitraum zum Vergleich.",
}
"""Why a number is not given, by code; the English sentences come with the refusals."""

_SPANS_DE = {
    "week": ("Woche", "Wochen"),
    "d": ("Tag", "Tage"),
    "month": ("Monat", "Monate"),
    "quarter": ("Quartal", "Quartale"),
    "year": ("Jahr", "Jahre"),
}

_NOUNS_DE = {
    "person": "Person",
    "fte": "VZÄ",
    "customer": "Kunde",
    "order": "Auftrag",
    "case": "Fall",
    "event": "Ereignis",
    "item": "Stück",
    "row": "Zeile",
    "point": "Punkt",
    "call": "Anruf",
    "score": "Punkte",
    "employee": "Mitarbeiter",
    "branch": "Filiale",
    "day_count": "Tag",
    "visit": "Besuch",
    "session": "Sitzung",
    "request": "Anfrage",
    "span": "Aufruf",
}
"""The things that every workspace can count; what a model counts besides is its own word."""

_NAME = re.compile(r"[^\W\d]\w*")

# Texts of models and data may hold what a terminal obeys (ESC) or what turns the reading direction around.
_HARMFUL = dict.fromkeys([*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd")
_PLAIN = _HARMFUL | dict.fromkeys(map(ord, "\t\n\r"), " ")


def say(key: str, language: str, **parts: object) -> str:
    """A sentence or label in a language."""
    return TEXTS[key][language].format(**parts)


def reason(refusal: Refusal, language: str) -> str:
    """Why there is no number, in a language."""
    return REASONS_DE[refusal.code] if language == "de" else refusal.message


def span(length: Duration, language: str) -> str:
    """A length of time in a language: ``6 weeks``, ``6 Wochen``."""
    words = _SPANS_DE.get(length.unit) if language == "de" else None
    return f"{length.amount} {words[length.amount != 1]}" if words else str(length)


def unit_text(unit: str, language: str) -> str:
    """A unit as people read it: ``EUR/fte``, in German ``EUR/VZÄ``."""
    return _NAME.sub(lambda name: _NOUNS_DE.get(name[0], name[0]), unit) if language == "de" else unit


def text_of(text: Mapping[str, str] | None, language: str) -> str:
    """A text for people in a language, or in the other one where there is only that."""
    if not text:
        return ""
    return plain(text.get(language) or next(iter(text.values())))


def plain(text: str) -> str:
    """A text in one line, without characters that do something to a terminal or to the text around them."""
    return text.translate(_PLAIN)
