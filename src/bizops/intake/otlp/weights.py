"""How many spans a sampled span stands for.

OpenTelemetry's consistent probability sampling writes its threshold into the tracestate: ``ot=th:c`` rejects the first
12/16 of all, so that each that is kept stands for four. Source: OpenTelemetry specification, "TraceState: Probability
Sampling". CloudEvents have an extension ``sampledrate`` for the same.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_THRESHOLD = re.compile(r"(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?=[;,]|\s*$)")


def weights_of(states: Any, rates: pa.Array | None, rows: int) -> npt.NDArray[np.float64]:
    """The weight of each span; 1 where nothing is known of sampling."""
    weights = np.ones(rows)
    if rates is not None:
        given = pc.cast(rates, pa.float64(), safe=False) if not pa.types.is_string(rates.type) else _numbers(rates)
        found = pc.fill_null(given, 1.0).to_numpy(zero_copy_only=False)
        weights = np.where(np.isfinite(found) & (found >= 1), found, 1.0)
    coded = pc.dictionary_encode(states)
    by_state = np.asarray([weight_of(text or "") for text in coded.dictionary.to_pylist()] or [1.0])
    codes = pc.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False)
    told = by_state[codes]
    return np.asarray(np.where(told > 0, told, weights))


def _numbers(texts: pa.Array) -> pa.Array:
    def read(text: str | None) -> float | None:
        try:
            return float(text) if text is not None else None
        except ValueError:
            return None

    return pa.array([read(text) for text in texts.to_pylist()], pa.float64())


def weight_of(state: str) -> float:
    """The weight a tracestate tells; 0 where it tells none."""
    found = _THRESHOLD.search(state)
    if found is None:
        return 0.0
    rejected = int(found[1].ljust(14, "0"), 16)
    return float(2**56 / (2**56 - rejected))
