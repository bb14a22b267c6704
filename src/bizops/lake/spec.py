"""What a source's rows are, as far as storage is concerned."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bizops.errors import BizopsError

if TYPE_CHECKING:
    import pyarrow as pa

DELIVERY = "_delivery"
ROW = "_row"
"""Own columns of every segment: which delivery a row came with, and its position in it. Both together name a row."""

UNDATED = "undated"
"""The part of rows without time."""


def is_day(part: str) -> bool:
    """Whether a part is a day (``2026-03-01``), as those of telemetry are; others are months."""
    return len(part) == 10


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The columns of a source, what identifies a row, and which column says when it happened.

    Instants are ``timestamp('us')`` in UTC without zone, days are ``date32``. ``reading`` stands for everything else
    that decides how a delivered file becomes rows; the same file is taken again when it changes.
    """

    name: str
    columns: tuple[tuple[str, pa.DataType], ...]
    key: tuple[str, ...] = ()
    version: str | None = None
    time: str | None = None
    reading: str = ""

    def __post_init__(self) -> None:
        if "/" in self.name or self.name.startswith(".") or not self.name.isprintable() or not self.name:
            raise BizopsError.of("bad-name", f"'{self.name}' cannot name a directory of the lake.")
        names = [name for name, _ in self.columns]
        for name in names:
            if name.startswith("_"):
                raise BizopsError.of(
                    "reserved-name",
                    f"Column '{name}' of source '{self.name}' starts with '_', which the lake keeps for itself.",
                )
        for used in (*self.key, self.version, self.time):
            if used is not None and used not in names:
                raise BizopsError.of("unknown-column", f"Source '{self.name}' has no column '{used}'.")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in their order."""
        return tuple(name for name, _ in self.columns)

    @property
    def types(self) -> tuple[tuple[str, str], ...]:
        """The columns with their types written out, as the manifest keeps them."""
        return tuple((name, str(type_)) for name, type_ in self.columns)

    @property
    def hash(self) -> str:
        """Changes with anything that changes the rows made from a file."""
        import xxhash

        parts = [self.name, self.types, self.key, self.version, self.time, self.reading]
        return xxhash.xxh3_64_hexdigest(json.dumps(parts).encode())

    def arrow_schema(self) -> pa.Schema:
        """Schema of a stored row, own columns last."""
        import pyarrow as pa

        return pa.schema([*self.columns, (DELIVERY, pa.int32()), (ROW, pa.int64())])

    def staged_schema(self) -> pa.Schema:
        """Schema of a row on its way in: its position is known, its delivery has no number yet."""
        import pyarrow as pa

        return pa.schema([*self.columns, (ROW, pa.int64())])
