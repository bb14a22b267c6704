"""What was read or computed for a question, put together: blocks of one form become one, whatever pass they are from.

A dashboard of two years is computed month by month. Its values are gathered KPI by KPI, and must not be gathered block
by block as well: so the blocks are joined once, and every KPI takes its rows from the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bizops.measure.blocks import Block, Floats, Ints, Labels, slice_values
from bizops.measure.windows import Window


@dataclass
class _Form:
    """Blocks with the same components in the same columns and the same ways to split; the windows taken from each."""

    dims: tuple[str, ...]
    windows: dict[Window, int] = field(default_factory=dict)
    pieces: list[tuple[Block, dict[Window, int]]] = field(default_factory=list)
    joined: Block | None = None

    def add(self, block: Block, positions: Mapping[Window, int]) -> None:
        new = {window: at for window, at in positions.items() if window not in self.windows}
        if new:
            self.windows |= {window: len(self.windows) + index for index, window in enumerate(new)}
            self.pieces.append((block, new))
            self.joined = None

    def block(self) -> Block:
        """All pieces as one; its windows are numbered as in ``windows``."""
        if self.joined is None:
            tables = [self._renumbered(block, positions) for block, positions in self.pieces]
            self.joined = Block(pa.concat_tables(tables).combine_chunks(), self.pieces[0][0].where)
        return self.joined

    def _renumbered(self, block: Block, positions: dict[Window, int]) -> pa.Table:
        places = np.full(max(max(positions.values()) + 1, block.windows), -1, dtype=np.int32)
        for window, at in positions.items():
            places[at] = self.windows[window]
        numbers = places[block.table.column("$w").to_numpy()]
        at = block.table.schema.get_field_index("$w")
        table = block.table.replace_schema_metadata(None).set_column(at, "$w", pa.array(numbers))
        return table if (numbers >= 0).all() else table.filter(pa.array(numbers >= 0))


class Found:
    """All blocks of a question, by the components they hold."""

    def __init__(self) -> None:
        self.labels = Labels()
        self._forms: dict[tuple[object, ...], _Form] = {}
        self._of: dict[tuple[str, str], dict[int, _Form]] = {}

    def add(
        self, block: Block, calendar: str, positions: Mapping[Window, int], dims: tuple[str, ...], components: list[str]
    ) -> None:
        """Notes that some components of a block are known for some of its windows, and where these stand in it."""
        slot = (calendar, dims, tuple(sorted(block.where.items())), tuple(components))
        form = self._forms.setdefault(slot, _Form(dims))
        form.add(block, positions)
        for component in components:
            self._of.setdefault((component, calendar), {})[id(form)] = form

    def query(self, component: str, calendar: str) -> str:
        """The query that computed a component, as it ran."""
        forms = list(self._of.get((component, calendar), {}).values())
        return forms[-1].pieces[-1][0].query if forms else ""

    def slice_values(self, calendar: str, dim: str) -> tuple[str | None, ...]:
        """The values that a way to split by one slice had in the blocks at hand."""
        labels: set[str] = set()
        for (of, *_), form in self._forms.items():
            if of == calendar and dim in form.dims:
                for block, _ in form.pieces:
                    here = block.table.column("$dim").to_numpy() == form.dims.index(dim)
                    labels.update(pc.unique(block.table.column("$label").filter(pa.array(here))).to_pylist())
        values = [slice_values(label, 1)[0] for label in labels]
        return tuple(sorted(values, key=lambda text: (text is not None, text or "")))

    def gather(
        self, component: str, calendar: str, windows: tuple[Window | None, ...], dims: tuple[str, ...]
    ) -> tuple[Ints, Floats]:
        """A component's values by cell code, in ascending order of codes. Cells count windows in the order given."""
        by_window = {window: at for at, window in enumerate(windows) if window is not None}
        chunks: list[tuple[Ints, Floats]] = []
        for form in self._of.get((component, calendar), {}).values():
            positions = tuple(by_window.get(window, -1) for window in form.windows)
            order = tuple(dims.index(dim) if dim in dims else -1 for dim in form.dims)
            chunks.append(form.block().cells(component, positions, order, len(dims), self.labels))
        if not chunks:
            return np.empty(0, dtype=np.int64), np.empty(0)
        if len(chunks) == 1:
            return chunks[0]
        codes = np.concatenate([chunk[0] for chunk in chunks])
        values = np.concatenate([chunk[1] for chunk in chunks])
        ascending = np.argsort(codes, kind="stable")
        return codes[ascending], values[ascending]
