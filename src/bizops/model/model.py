"""The model as a whole: what is agreed, complete and checked, never to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bizops.calendar import Calendar
from bizops.errors import BizopsError, did_you_mean
from bizops.model import hashing
from bizops.model.calendars import calendar_from
from bizops.model.frozen import FrozenDict
from bizops.model.language import (
    Benchmark,
    CalendarDef,
    Currencies,
    Definition,
    Event,
    Journey,
    Kpi,
    Link,
    Service,
    Settings,
    Source,
    Target,
    Team,
    Term,
)

if TYPE_CHECKING:
    from bizops.model.measures import Measure


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that is agreed, by section and name. Made by :func:`bizops.model.read_model` only."""

    settings: Settings = field(default_factory=Settings)
    terms: Mapping[str, Term] = FrozenDict()
    teams: Mapping[str, Team] = FrozenDict()
    services: Mapping[str, Service] = FrozenDict()
    sources: Mapping[str, Source] = FrozenDict()
    events: Mapping[str, Event] = FrozenDict()
    journeys: Mapping[str, Journey] = FrozenDict()
    kpis: Mapping[str, Kpi] = FrozenDict()
    links: Mapping[str, Link] = FrozenDict()
    targets: Mapping[str, Target] = FrozenDict()
    benchmarks: Mapping[str, Benchmark] = FrozenDict()
    calendars: Mapping[str, CalendarDef] = FrozenDict()
    currencies: Currencies | None = None

    def section(self, name: str) -> Mapping[str, Definition]:
        """All definitions of a section by name; `currencies` holds at most one."""
        found: Mapping[str, Definition] | Definition | None = getattr(self, name)
        if isinstance(found, Definition):
            return FrozenDict({name: found})
        return FrozenDict() if found is None else found

    @cached_property
    def nouns(self) -> frozenset[str]:
        """Counting units that the model adds: terms with `unit: true`."""
        return frozenset(name for name, term in self.terms.items() if term.unit)

    @property
    def base_currency(self) -> str | None:
        """The currency that `convert` leads to."""
        return self.currencies.base if self.currencies else None

    def calendar(self, name: str | None = None) -> Calendar:
        """A calendar by name; without name the workspace's, or plain UTC days when it names none."""
        name = name or self.settings.calendar
        if name is not None and name not in self.calendars:
            hint = did_you_mean(name, self.calendars)
            raise BizopsError.of("unknown-reference", f"There is no calendar '{name}'.", hint=hint)
        if name not in self._built:
            self._built[name] = calendar_from(self.calendars[name]) if name else Calendar(zone="UTC")
        return self._built[name]

    @cached_property
    def _built(self) -> dict[str | None, Calendar]:
        return {}

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """KPIs in typed form, as far as they were asked for; :func:`bizops.model.measures.measure_of` keeps them."""
        return {}

    @cached_property
    def hash(self) -> str:
        """16 hex digits that change with the model's meaning, not with layout, comments, or spreading over files."""
        return hashing.model_hash(self)

    def definition_hash(self, section: str, name: str) -> str:
        """16 hex digits that change when a definition's numbers might: with it, or with anything it is made from."""
        return self._definition_hashes.of(section, name)

    @cached_property
    def _definition_hashes(self) -> hashing.DefinitionHashes:
        return hashing.DefinitionHashes(self)
