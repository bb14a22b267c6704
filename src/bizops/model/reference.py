"""The reference of the model language, `docs/reference/language.md`, written from the language itself.

``python -m bizops.model.reference`` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from bizops.model.language import LISTED, SECTIONS, Settings
from bizops.model.schema import nested_in
from bizops.model.structures import Key, keys_of
from bizops.model.telemetry import BUILT_IN

COMMAND = "python -m bizops.model.reference"
TARGET = Path("docs/reference/language.md")

_START = f"""# The language of the model

Everything that is agreed stands in YAML files: `bizops.yaml` holds the settings of the workspace, the files in `model/`
hold sections. A section may be spread over several files; a name stands once in a section.

The YAML is that of version 1.2: `NO`, `on`, `12:30` and `010` are texts. Tags, merge keys, keys that are no texts and
several documents in a file are refused. Small aliases are allowed.

<!-- Written by `{COMMAND}`; change src/bizops/model/language.py instead. -->
"""


def reference_text() -> str:
    """The whole page."""
    expressions = files("bizops.model").joinpath("expressions.md").read_text(encoding="utf-8")
    parts = [_START, *_overview(), *_table(Settings, "`bizops.yaml`", 2)]
    for cls in nested_in(Settings):
        if cls is not Settings:
            parts += _table(cls, cls.__name__, 3)
    parts.append("## Sections\n")
    owner: dict[type[Any], str] = {cls: section for section, cls in SECTIONS.items()}
    for cls in nested_in(*SECTIONS.values()):
        title = f"`{owner[cls]}`" if cls in owner else cls.__name__
        parts += _table(cls, title, 3 if cls in owner else 4)
    return "\n".join([*parts, *_telemetry(), _PRIVACY, expressions])


def _overview() -> Iterator[str]:
    yield "| section | holds |\n|---|---|"
    for section, cls in SECTIONS.items():
        form = " As a list, or a mapping by name." if section in LISTED else ""
        form = " One definition, not many." if section == "currencies" else form
        yield f"| [`{section}`](#{cls.__name__.lower()}) | {_first_line(cls)}{form} |"
    yield ""


def _table(cls: type[Any], title: str, level: int) -> Iterator[str]:
    yield f'<a id="{cls.__name__.lower()}"></a>\n'
    yield f"{'#' * level} {title}\n"
    yield f"{_first_line(cls)}\n"
    yield "| key | takes | default | meaning |\n|---|---|---|---|"
    for key in keys_of(cls).values():
        cells = (f"`{key.name}`", key.kind.describe(), _default(key), key.meaning)
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
    yield ""


_PRIVACY = """<a id="privacy"></a>

## Privacy

Attributes of telemetry pass these rules before anything is stored: `drop` takes an attribute out, `pseudonym` replaces
each value by a keyed code that stays the same, `generalise` keeps less of it (an address its network, a time its
month), `keep` lets it through. The workspace's own rules come first. Then, everywhere: who somebody is (`enduser.*`,
`user.*`) becomes a pseudonym, addresses are generalised, what people typed (URL queries, text of database queries)
is dropped, and whatever looks like an e-mail address or an IP address, wherever it stands, is masked.
"""


def _telemetry() -> Iterator[str]:
    yield '<a id="telemetry"></a>\n'
    yield "## Columns of telemetry\n"
    yield "What rows of a source of these kinds have by themselves. Columns that the model names beside them are taken"
    yield "from attributes.\n"
    for kind, columns in BUILT_IN.items():
        yield f"### `kind: {kind}`\n"
        yield "| column | type | meaning |\n|---|---|---|"
        for column in columns:
            type_ = f"{column.type}, {column.unit}" if column.unit else column.type
            yield f"| `{column.name}` | {type_} | {column.meaning} |"
        yield ""


def _first_line(cls: type[Any]) -> str:
    return (cls.__doc__ or "").strip().split("\n")[0]


def _default(key: Key) -> str:
    if key.required:
        return "**required**"
    if key.needed_by:
        return f"**required** for `{'`, `'.join(key.needed_by)}`"
    if key.default is None or key.default in ((), {}, ""):
        return "–"
    if isinstance(key.default, bool):
        return f"`{str(key.default).lower()}`"
    if isinstance(key.default, str | int | float):
        return f"`{key.default}`"
    return ", ".join(f"`{name}: {getattr(key.default, name)}`" for name in keys_of(type(key.default)))


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(reference_text(), encoding="utf-8")
