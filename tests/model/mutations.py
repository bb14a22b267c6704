"""Ways to break a good model, one place at a time, with the place and the code that a person should be told."""

# ruff: noqa: E501  (the table below is read by lines)

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bizops.model.entries import read_entries
from bizops.model.language import SECTIONS, Settings
from bizops.model.structures import ListOf, MapOf, Nested, keys_of

ROOT = Path(__file__).parent / "complete"
FILES: Mapping[str, str] = {str(path.relative_to(ROOT)): path.read_text() for path in sorted(ROOT.rglob("*.yaml"))}


@dataclass(frozen=True)
class Mutation:
    """``code``s of which one is to be reported at the line; ``files`` is the broken model."""

    name: str
    files: Mapping[str, str | bytes]
    file: str
    line: int
    codes: tuple[str, ...]


def _replaced(file: str, number: int, *lines: str) -> dict[str, str]:
    """The model with one line (counted from 1) replaced."""
    all_lines = FILES[file].split("\n")
    all_lines[number - 1 : number] = lines
    return {**FILES, file: "\n".join(all_lines)}


def _language_keys() -> dict[str, set[str]]:
    """Every key of the language, with the names of the kinds that it may take."""
    found: dict[str, set[str]] = {}
    ahead: list[type] = [*SECTIONS.values(), Settings]
    while ahead:
        for declared in keys_of(ahead.pop()).values():
            kind = declared.kind
            found.setdefault(declared.name, set()).add(type(kind).__name__)
            while isinstance(kind, MapOf | ListOf):
                kind = kind.item
            if isinstance(kind, Nested):
                ahead.append(kind.cls)
    return found


KEYS = _language_keys()
_LINE = re.compile(r"^(?P<indent> +|)(?P<dash>- )?(?P<key>[\w.-]+):(?: (?P<value>[^ #>|].*))?$")


def key_lines() -> Iterator[tuple[str, int, re.Match[str]]]:
    """Lines with a key of the language: file, number, and its parts."""
    for file, text in FILES.items():
        for number, line in enumerate(text.split("\n"), 1):
            match = _LINE.match(line)
            # One column is called like a key of the language.
            if match and match["key"] in KEYS and line != "      currency: text":
                yield file, number, match


def _has_sibling(file: str, number: int) -> bool:
    """Whether a neighbouring line belongs to the same mapping; a single key may be indented as one likes."""
    depths = [len(re.match(r"\s*(?:- )?", line).group()) for line in ["", *FILES[file].split("\n"), ""]]  # type: ignore[union-attr]
    return depths[number] in (depths[number - 1], depths[number + 1])


def of_lines() -> Iterator[Mutation]:
    """What can happen to any line with a key."""
    for file, number, match in key_lines():
        line = match.group()
        for what, lines, at, codes in _slips(match, _has_sibling(file, number)):
            name = f"{what}: {file}:{number} {line.strip()}"
            yield Mutation(name, _replaced(file, number, *lines), file, number + at, tuple(codes.split()))
        latin = "\n".join([*FILES[file].split("\n")[: number - 1], line + " # caf"]).encode() + b"\xe9\n"
        yield Mutation(f"latin-1: {file}:{number}", {**FILES, file: latin}, file, number, ("not-utf8",))


def _slips(match: re.Match[str], has_sibling: bool) -> Iterator[tuple[str, tuple[str, ...], int, str]]:
    """What the slip is, the lines it leaves, which of them is to be named, and the codes that fit."""
    line, indent, dash, name, value = match.group(), match["indent"], match["dash"] or "", match["key"], match["value"]
    start, kinds = f"{indent}{dash}{name}", KEYS[match["key"]]
    yield "typo in a key", (f"{start}q: {value or ''}",), 0, "unknown-key unknown-section"
    yield "a control character", (line + " # \x07",), 0, "yaml-syntax"
    if indent and not dash:
        yield "a tab", (f"\t{line.lstrip()}",), 0, "yaml-syntax"
    if dash:
        yield "no space after the dash", (f"{indent}-{line.lstrip()[2:]}",), 0, "yaml-syntax wrong-type"
    if value is None:
        return
    yield "no value", (f"{start}:",), 0, "missing-value wrong-type"
    yield "a tag", (f"{start}: !thing {value}",), 0, "yaml-tag"
    if kinds != {"Title"}:
        wrong = "[[x]]" if "ListOf" in kinds else "{x: [y]}"
        yield "wrong type", (f"{start}: {wrong}",), 0, "wrong-type unknown-key"
    if value[0] not in "[{'\"":
        yield "open quote", (f'{start}: "{value}',), 0, "yaml-syntax"
        yield "colon in text", (f"{start}: {value}: more",), 0, "yaml-syntax"
    if not dash:
        yield "twice", (line, line), 1, "duplicate-key"
    if indent and not dash and has_sibling:
        yield "one space more", (f" {line}",), 0, "yaml-syntax"
        yield "one space less", (line[1:],), 0, "yaml-syntax"


def of_references() -> Iterator[Mutation]:
    """A letter too many in every name that stands for a definition."""
    for entry in read_entries(FILES).found.values():
        for reference in entry.binding.references:
            at = reference.place
            line = FILES[at.file].split("\n")[at.line - 1]
            end = at.col - 1 + len(reference.name)
            broken = f"{line[:end]}x{line[end:]}"
            yield Mutation(
                f"typo in a reference: {at} {reference.name}", _replaced(at.file, at.line, broken), at.file, at.line, ("unknown-reference",)
            )  # fmt: skip


_BAD_VALUES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Word": (("nonsense", "unknown-word"),),
    "Bool": (("maybe", "wrong-type"), ("1", "wrong-type")),
    "Int": (("1.5", "bad-number"), ("many", "bad-number"), ("-3", "out-of-range")),
    "Number": (("many", "bad-number"), ("1,5", "bad-number"), ('"1"', "bad-number"), (".nan", "bad-number")),
    "Date": (("2026-06-31", "bad-date"), ("31.05.2025", "bad-date"), ("2025-13-01", "bad-date")),
    "Span": (("5 parsecs", "bad-duration"), ("1.5 d", "bad-duration"), ("0 d", "bad-duration")),
    "Zone": (("Europe/Berln", "unknown-zone"), ("MEZ", "unknown-zone")),
    "UnitText": (("EURO", "unknown-unit"), ("month", "unknown-unit"), ("h/", "unknown-unit")),
    "Expression": (
        ("sum(", "bad-expression"),
        ("a = = b", "bad-expression"),
        ("'open", "yaml-syntax"),
        ("sum(nowhere_to_be_found)", "unknown-reference misplaced-aggregate"),
        ("nofunction(1)", "unknown-function"),
    ),
    "DayHours": (("18:00-08:00", "bad-hours"), ("8 to 5", "bad-hours"), ("08:00-12:00, 11:00-13:00", "bad-hours")),
    "Title": (("12", "wrong-type"), ("{fr: Oui}", "unknown-key"), ("[a]", "wrong-type")),
    "Str": (("true", "wrong-type"), ("{a: b}", "wrong-type")),
    "ListOf": (("7", "wrong-type"), ("{a: b}", "wrong-type")),
}


def of_values() -> Iterator[Mutation]:
    """Values that the kind of the key does not allow."""
    for file, number, match in key_lines():
        kinds = KEYS[match["key"]]
        if len(kinds) != 1 or match["value"] is None or match["key"] == "event":
            continue
        for bad, code in _BAD_VALUES.get(next(iter(kinds)), ()):
            if match["key"] in ("title", "description", "definition", "note") and bad == "12" and number % 3:
                continue
            line = f"{match['indent']}{match['dash'] or ''}{match['key']}: {bad}"
            name = f"bad value: {file}:{number} {line.strip()}"
            yield Mutation(name, _replaced(file, number, line), file, number, tuple(code.split()))


_BOMB = "\n".join(
    [
        "a: &a [x, x, x, x, x, x, x, x, x, x]",
        *(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcde", "bcdef", strict=True)),
    ]
)
_KPIS, _DATA, _PLANS, _TIME, _WORDS = (f"model/{name}.yaml" for name in ("kpis", "data", "plans", "time", "words"))
_BY_HAND: tuple[tuple[str, str, str, str, str], ...] = (
    # what it is, file, what to replace, by what, code; the line is where the replacement differs (marked by ¶ if later)
    ("units that cannot be added", _KPIS, "value: sum(amount)", "value: sum(amount) + avg(duration(booked_at, booked_at))", "unit-mismatch"),
    ("a sum of mixed currencies", _KPIS, "value: sum(amount)", "value: sum(net)", "mixed-currency"),
    ("another currency", _DATA, "big: gross > 100 EUR", "big: gross > 100 USD", "unit-mismatch"),
    ("a condition that is none", _DATA, "where: kind_of = 'sale'", "where: kind_of", "wrong-type"),
    ("a time that is none", _DATA, "    time: booked_at\n    keys", "    time: order_no\n    keys", "wrong-type"),
    ("an aggregate per row", _DATA, "from_branch: branch", "from_branch: count()", "misplaced-aggregate"),
    ("a step that is none", _KPIS, "duration(booked, decided)", "duration(booked, decidet)", "unknown-reference"),
    ("an anchor that is none", _KPIS, "anchor: booked", "anchor: bocked", "unknown-reference"),
    ("a slice that is none", _KPIS, "slices: [from_branch]", "slices: [from_branche]", "unknown-reference"),
    ("a slice that a part lacks", _KPIS, "slices: [branch]", "slices: [segment]", "unknown-slice"),
    ("a column of a lookup that is none", _KPIS, "region: store.region", "region: store.regiom", "unknown-reference"),
    ("weights that do not add up", _KPIS, "    index:\n      revenue:\n        weight: 0.6", "    index:\n      revenue:\n        weight: 0.5", "bad-weights"),
    ("an index part without range", _KPIS, "{weight: 0.4, worst: 48, best: 4}", "{weight: 0.4, worst: 4, best: 4}", "bad-range"),
    ("a ratio of itself", _KPIS, "numerator: revenue", "numerator: revenue_per_buyer", "cycle"),
    ("a series of itself", _KPIS, "rolling(revenue, 12 months) / 12", "rolling(revenue_12, 12 months) / 12", "cycle"),
    ("rolling over no time", _KPIS, "12 months) / 12", "12 EUR) / 12", "wrong-type"),
    ("an identity of itself", _PLANS, "formula: buyers * revenue_per_buyer", "formula: buyers * revenue", "cycle"),
    ("an identity of another unit", _PLANS, "formula: buyers * revenue_per_buyer", "formula: buyers * delay", "unit-mismatch"),
    ("an influence on itself", _PLANS, "by: delay", "by: buyers", "cycle"),
    ("a key of another kind", _KPIS, "    numerator: revenue\n", "    over: sold\n    numerator: revenue\n", "key-not-for-kind"),
    ("a clock for rows", _KPIS, "    decimals: 0\n", "    clock: working\n", "key-not-for-kind"),
    ("a formula and an index", _KPIS, "    unit: score\n    index:¶", "    unit: score\n    value: revenue / 1 EUR\n    index:¶", "key-not-for-kind"),
    ("each without per", _KPIS, "    per: [customer]\n    each:¶", "    each:¶", "missing-key"),
    ("fan-out", _DATA, "        source: contracts\n        on:\n          customer: customer", "        source: decisions\n        ¶on:\n          order_no: order_no", "fan-out"),
    ("fan-out on one of two keys", _DATA, "key: [branch]", "key: [branch, area]", "fan-out"),
    ("a key column that is none", _DATA, "key: [id]", "key: [idd]", "unknown-column"),
    ("a version column that is none", _DATA, "version: changed", "version: changes", "unknown-column"),
    ("a version of text", _DATA, "version: changed", "version: branch", "wrong-type"),
    ("a time column of text", _DATA, "    time: booked_at\n    zone", "    time: order_no\n    zone", "wrong-type"),
    ("an end of validity that is none", _DATA, "end: to_day", "end: todya", "unknown-column"),
    ("ends of two types", _DATA, "end: to_day", "end: changed_at", "wrong-type"),
    ("a currency column that is none", _DATA, "currency: currency", "currency: curency", "unknown-column"),
    ("a lookup column that is none", _DATA, "on: {branch: branch}", "on: {branch: brunch}", "unknown-column"),
    ("a lookup of another type", _DATA, "on: {branch: branch}", "on: {changed: branch}", "wrong-type"),
    ("a unit on a text", _DATA, "        type: text\n        title: Order", "        type: text\n        unit: EUR", "key-not-for-kind"),
    ("a name with a blank", _DATA, "      kind_of: {type", "      kind of: {type", "bad-name"),
    ("an encoding that is none", _DATA, "encoding: utf-8", "encoding: utf-88", "unknown-word"),
    ("an address that is none", _DATA, "https://prometheus.example.org:9090/metrics", "prometheus:9090", "bad-url"),
    ("an address with a password", _DATA, "https://prometheus", "https://me:secret@prometheus", "bad-url"),
    ("a password in a file", _DATA, "password: env:PROMETHEUS_PASSWORD", "password: secret", "secret-in-file"),
    ("a token in a file", _DATA, "      user: bizops\n      password: env:PROMETHEUS_PASSWORD", "      token: secret", "secret-in-file"),
    ("a token beside a user", _DATA, "      user: bizops\n", "      user: bizops\n      token: env:T\n", "key-not-for-kind"),
    ("a user without a password", _DATA, "      user: bizops\n      password: env:PROMETHEUS_PASSWORD\n", "      user: bizops\n", "missing-key"),
    ("a step without length", _DATA, "step: 5 min", "step: 1 month", "wrong-type"),
    ("a value that is a text", _DATA, "{type: number, header: value}", "{type: text, header: value}", "wrong-type"),
    ("a value that no column takes", _DATA, "columns: {time: timestamp, value: {type: number, unit: s}}", "columns: {time: timestamp, wait: {type: number, unit: s}}", "missing-key"),
    ("a day for an instant", _DATA, "at: {type: timestamp, header: time}", "at: {type: date, header: time}", "wrong-type"),
    ("a query's key", _DATA, "      branch: text\n\n  waits", "      branch: text\n    ¶key: [at]\n\n  waits", "key-not-for-kind"),
    ("a table and a query", _DATA, "      table: contracts\n", "      table: contracts\n      query: SELECT 1\n", "key-not-for-kind"),
    ("an event without case key", _DATA, "keys: {order: order_no}\n  withdrawn", "keys: {orders: order_no}\n  withdrawn", "missing-case-key"),
    ("an operation that is none", _DATA, "operation: book", "operation: boook", "unknown-reference"),
    ("an end that is no step", _DATA, "ended_by: [decided, gone]", "ended_by: [decided, gonne]", "unknown-reference"),
    ("a step after none", _DATA, "after: booked", "after: bookd", "unknown-reference"),
    ("within without next", _DATA, "        match: next\n        after: booked\n        within", "        match: last\n        ¶within", "key-not-for-kind"),
    ("a grain too fine", _PLANS, "2026-02: 90000", "2026-02-01: 90000", "wrong-grain"),
    ("a week for a month", _PLANS, "2026-02: 90000", "2026-W02: 90000", "wrong-grain"),
    ("a month that is none", _PLANS, "2026-02: 90000", "2026-14: 90000", "bad-period"),
    ("another fiscal label", _PLANS, "FY26: 1200000", "FY2026: 1200000", "bad-period"),
    ("a slice that the KPI lacks", _PLANS, "slice: {store.region: BY}", "slice: {region: BY}", "unknown-slice"),
    ("a range for 'up'", _PLANS, "    owner: finance\n", "    low: 3\n", "key-not-for-kind"),
    ("a range upside down", _PLANS, "high: 20", "high: 2", "bad-range"),
    ("bands upside down", _PLANS, "warn: 0.9", "warn: 0.99", "bad-range"),
    ("an interval upside down", _PLANS, "high: -0.1", "high: -0.5", "bad-range"),
    ("an estimate outside", _PLANS, "estimate: -0.2", "estimate: 0.2", "bad-range"),
    ("a benchmark of another unit", _PLANS, "unit: EUR/person", "unit: h/person", "unit-mismatch"),
    ("a benchmark without licence", _PLANS, "licence: CC-BY-4.0", 'licence: ""', "missing-value"),
    ("hours that overlap", _TIME, "mon-fri: 08:00-12:00, 13:00-17:00", "mon-fri: 08:00-12:00, 11:00-17:00", "bad-hours"),
    ("hours of a day twice", _TIME, 'sat: ["09:00-13:00"]', 'fri-sat: ["09:00-13:00"]', "bad-hours"),
    ("a day that is none", _TIME, 'sat: ["09:00-13:00"]', 'sut: ["09:00-13:00"]', "unknown-word"),
    ("hours past midnight", _TIME, "mon-sun: 06:00-24:00", "mon-sun: 22:00-06:00", "bad-hours"),
    ("a country that is none", _TIME, "holidays: AT", "holidays: Austria", "unknown-holidays"),
    ("a region that is none", _TIME, "regions: [BY]", "regions: [XX]", "unknown-region"),
    ("a maintenance that ends first", _TIME, "end: 2025-08-31T12:00", "end: 2025-08-29T12:00", "bad-maintenance"),
    ("a maintenance at no time", _TIME, "start: 2025-08-30T20:00", "start: 2025-08-32T20:00", "bad-date"),
    ("a fiscal year that starts never", _TIME, "start: 07-01", "start: 13-01", "bad-calendar"),
    ("a fiscal label without year", _TIME, 'label: "FY{yy}"', 'label: "FY"', "bad-calendar"),
    ("a base that is none", _TIME, "base: EUR", "base: EURO", "unknown-unit"),
    ("a base that is no money", _TIME, "base: EUR", "base: h", "unknown-currency"),
    ("a currency that is none", _TIME, "USD: {2025", "UDS: {2025", "unknown-currency"),
    ("a negative rate", _TIME, "2025-07-01: 1.07", "2025-07-01: -1.07", "bad-rate"),
    ("a rate on no day", _TIME, "2025-07-01: 1.07", "2025-06-31: 1.07", "bad-date"),
    ("a rates column that is none", _TIME, "rate: rate", "rate: rates", "unknown-column"),
    ("a word of two meanings", _WORDS, "    title: Paket\n", "    synonyms: [booked line]\n", "ambiguous-word"),
    ("a term that hides a unit", _WORDS, "  parcel:\n", "  kB: {unit: true}\n  parcel:\n", "ambiguous-word"),
    ("a team without side", _WORDS, "  platform:\n    side: it", "  platform:\n    title: it", "missing-key"),
    ("a section that is none", _WORDS, "services:", "servises:", "unknown-section"),
    ("a section twice", _WORDS, "services:", "teams:", "duplicate-key"),
    ("a name twice", _KPIS, "  buyers:\n", "  revenue:\n", "duplicate-key"),
    ("a second document", _KPIS, "  buyers:\n", "---\n  buyers:\n", "yaml-syntax"),
    ("a merge key", _KPIS, "    decimals: 0", "    <<: {decimals: 0}", "yaml-merge"),
    ("a key that is a list", _KPIS, "    decimals: 0", "    [a]: 0", "yaml-key"),
    ("an alias of nothing", _KPIS, "    decimals: 0", "    decimals: *zero", "yaml-syntax"),
    ("an unclosed bracket", _WORDS, "synonyms: [Umsatzposition, booked line]", "synonyms: [Umsatzposition, booked line", "yaml-syntax"),
    ("an unclosed brace", _TIME, "holidays: {country: DE, region: BE}", "holidays: {country: DE, region: BE", "yaml-syntax"),
    ("a percent sign", _KPIS, 'unit: "1"', "unit: %", "yaml-syntax"),
    ("a missing colon", _KPIS, "  buyers:\n    kind", "  buyers\n    kind", "yaml-syntax"),
    ("a file cut off in a text", _PLANS, "    note: Heads, not contracts.\n", '    note: "Heads, not', "yaml-syntax"),
    ("a file cut off in a list", _WORDS, "      ship: {title: Ship}\n", "      ship: {title:", "yaml-syntax"),
    ("a file cut off at a key", _PLANS, "    note: Heads, not contracts.\n", "    note:", "missing-value"),
    ("a file that is a list", "bizops.yaml", FILES["bizops.yaml"], "- a\n- b\n", "wrong-type"),
    ("a file that is a text", "bizops.yaml", FILES["bizops.yaml"], "hello\n", "wrong-type"),
    ("too deep", "bizops.yaml", FILES["bizops.yaml"], "a: " + "[" * 60 + "]" * 60, "yaml-bomb"),
    ("a bomb", "bizops.yaml", FILES["bizops.yaml"], _BOMB.replace("\nf: ", "\nf: ").replace("e: &e", "¶e: &e"), "yaml-bomb"),
)  # fmt: skip
_ELSEWHERE = {
    # The line where it shows is not the one that was changed: it is the first that holds this text.
    "weights that do not add up": "    index:",
    "fan-out on one of two keys": "        on: {branch: branch}",
    "an event without case key": "        event: [decided]",
    "a team without side": "  platform:",
    "a name twice": "  revenue:",
}


def by_hand() -> Iterator[Mutation]:
    """What only a person comes up with."""
    for name, file, old, new, code in _BY_HAND:
        text = FILES[file]
        plain_old = old.replace("¶", "")
        assert text.count(plain_old) == 1, (name, text.count(plain_old))
        before = text[: text.index(plain_old)]
        broken = text.replace(plain_old, new.replace("¶", ""))
        same = next(
            (i for i, (a, b) in enumerate(zip(plain_old, new, strict=False)) if a != b), min(len(plain_old), len(new))
        )
        at = before + (new[: new.index("¶")] if "¶" in new else new[: same + 1])
        line = at.removesuffix("\n").count("\n") + 1
        if name in _ELSEWHERE:
            lines = broken.split("\n")
            line = max(n for n, t in enumerate(lines, 1) if t == _ELSEWHERE[name])
        yield Mutation(name, {**FILES, file: broken}, file, line, (code,))


def all_mutations() -> list[Mutation]:
    """Every mutation there is."""
    return [*of_lines(), *of_references(), *of_values(), *by_hand()]
