"""A small workspace from YAML text and rows, with a clock that stands where the test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from bizops.lake import Lake
from bizops.measure import Answer, Value
from bizops.workspace import Span, Workspace

SETTINGS = "calendar: days\nminimum_group: 5\n"
CALENDAR = """
calendars:
  days: {zone: UTC, working: {mon-fri: "08:00-18:00"}}
"""
"""What holds where a test's own YAML has no calendars; its own calendar is called `days` too."""

Rows = Iterable[Mapping[str, object]]


def instant(text: str) -> datetime:
    """A day or time as an instant, in UTC where no offset is written."""
    written = datetime.fromisoformat(text)
    return written if written.tzinfo else written.replace(tzinfo=UTC)


class Small:
    """A workspace in a directory of its own; ``now`` moves only when the test moves it."""

    def __init__(self, root: Path, yaml: str, now: str) -> None:
        self.root, self.now = root, instant(now)
        self.files = count(1)
        root.mkdir(parents=True, exist_ok=True)
        self.write(yaml)

    def write(self, yaml: str) -> None:
        """Writes the model and opens it afresh."""
        text = yaml if "calendars:" in yaml else CALENDAR + yaml
        (self.root / "bizops.yaml").write_text(SETTINGS, encoding="utf-8")
        (self.root / "model").mkdir(exist_ok=True)
        (self.root / "model" / "model.yaml").write_text(text, encoding="utf-8")
        self.open()

    def open(self) -> None:
        """Opens the workspace as another process would."""
        self.workspace = Workspace(self.root, lambda: self.now)
        self.workspace.lake = Lake.open(
            self.root / ".bizops" / "lake", clock_ns=lambda: round(self.now.timestamp() * 1e6) * 1000
        )

    def deliver(self, source: str, rows: Rows, at: str | None = None) -> None:
        """Loads rows as one file, at an instant or now; columns not named have no value. Every row has to be taken."""
        if at is not None:
            self.now = instant(at)
        path = self.root / f"delivery-{next(self.files)}.jsonl"
        nothing = dict.fromkeys(self.workspace.model.sources[source].columns)
        text = "".join(json.dumps(nothing | dict(row), ensure_ascii=False) + "\n" for row in rows)
        path.write_text(text, encoding="utf-8")
        self.workspace.load(source, [path])
        assert self.workspace.quarantine(source) == []

    def query(self, *kpis: str, **asked: Any) -> Answer:
        """An answer; ``start``, ``end`` and ``last`` make the span, a day as ``as_of`` its instant."""
        span = Span(asked.pop("start", None), asked.pop("end", None), asked.pop("last", None))
        if isinstance(asked.get("as_of"), str):
            asked["as_of"] = instant(asked["as_of"])
        return self.workspace.query(list(kpis), span=span, **asked)

    def one(self, kpi: str, **asked: Any) -> Value:
        """The only value of an answer."""
        (value,) = self.query(kpi, **asked)
        return value

    def number(self, kpi: str, **asked: Any) -> float | None:
        """The only number of an answer; None where it is refused."""
        return self.one(kpi, **asked).value

    def series(self, kpi: str, **asked: Any) -> dict[str, float | None]:
        """Numbers by period label."""
        return {value.period.label: value.value for value in self.query(kpi, **asked)}

    def split(self, kpi: str, *by: str, **asked: Any) -> dict[object, float | None]:
        """Numbers by slice (a tuple where there are several) of the only period asked for."""
        found: dict[object, float | None] = {}
        for value in self.query(kpi, by=[list(by)], **asked):
            parts = tuple(value.slice[name] for name in by)
            found[parts[0] if len(parts) == 1 else parts] = value.value
        return found

    def refusal(self, kpi: str, **asked: Any) -> str | None:
        """The code with which the only value of an answer is refused."""
        refusal = self.one(kpi, **asked).refusal
        return refusal.code if refusal else None


MakeSmall = Callable[..., Small]
"""What the fixture ``small`` is."""
