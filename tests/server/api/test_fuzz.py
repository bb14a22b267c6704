"""Schemathesis against the API: whatever it makes up, nothing breaks and every answer is as promised."""

from __future__ import annotations

import schemathesis
from asked import BASE, Asked
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

EXAMPLES = 6
NOT_SAID = ["positive_data_acceptance"]
"""Not every text is a period of a calendar or the name of a KPI, and no schema can say which is: that is a 422."""


REAL = {"kpi": "orders", "journey": "delivery", "term": "order", "case": "o000", "path": "model/model.yaml"}
"""Names that are there: by chance alone nearly every answer would be that nothing is."""


def test_every_answer_is_as_promised_whatever_is_asked(fresh: Asked) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{fresh.served.port}{BASE}/openapi.json")
    load_all_checks()
    tried = []
    for found in schema.exclude(path=f"{BASE}/events").get_all_operations():
        operation = found.ok()
        told = operation.definition.raw
        _try(operation, GenerationMode.POSITIVE, REAL)
        if told["parameters"] or "requestBody" in told:  # else there is nothing to be wrong
            _try(operation, GenerationMode.NEGATIVE, {})
        tried.append(operation.label)
    assert len(tried) == sum(len(methods) for methods in fresh.document["paths"].values()) - 1


def _try(operation: schemathesis.schemas.APIOperation, mode: GenerationMode, real: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: schemathesis.Case) -> None:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = real.get(name, case.path_parameters[name])
        case.call_and_validate(excluded_checks=CHECKS.get_by_names(NOT_SAID))

    one()
