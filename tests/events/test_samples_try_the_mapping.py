"""Samples beside an event are put through the mapping as rows that arrive are."""

from __future__ import annotations

import pytest

from bizops.errors import BizopsError
from bizops.events.samples import try_samples
from bizops.model import Model, read_model
from bizops.query.engine import Engine

MODEL = """
sources:
  desk:
    kind: spans
    where: service = 'desk'
    columns:
      order: {type: text, header: order.id}
      amount: {type: decimal, unit: EUR, header: order.amount}
events:
  authorised:
    source: desk
    where: name = 'order.authorize' and status = 'ok'
    keys: {order: order}
    fields: {amount_due: amount, took: duration}
    samples:
"""


def model(samples: str) -> Model:
    return read_model({"model/a.yaml": MODEL + samples})


def tried(samples: str, engine: Engine) -> list[tuple[bool, str]]:
    return [(result.passed, result.found) for result in try_samples(model(samples), engine)]


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    directory = tmp_path_factory.mktemp("engine")
    return Engine(readable=directory, scratch=directory)


def test_a_sample_that_is_the_event_has_its_keys_and_fields(engine: Engine) -> None:
    sample = """
      - given: {service: desk, name: order.authorize, status: ok, order.id: A7, order.amount: "9.90", duration: 1500}
        expect: {order: A7, amount_due: 9.9, took: 1500}
"""
    assert tried(sample, engine) == [(True, "order = A7, amount_due = 9.9, took = 1500")]


def test_what_it_is_not_is_told_beside_what_was_expected(engine: Engine) -> None:
    sample = """
      - given: {service: desk, name: order.authorize, status: error, order.id: A7}
        expect: {order: A7}
      - given: {service: desk, name: order.authorize, status: ok, order.id: A8}
        expect: {order: A7}
"""
    assert tried(sample, engine) == [(False, "not this event"), (False, "order = A8")]


def test_a_sample_may_say_that_it_is_not_the_event(engine: Engine) -> None:
    sample = """
      - {given: {service: shop, name: order.authorize, status: ok}, matches: false}
      - {given: {service: desk, name: order.authorize, status: ok}, matches: false}
"""
    assert [passed for passed, _ in tried(sample, engine)] == [True, False]


@pytest.mark.parametrize(
    ("sample", "place", "code"),
    [
        ("      - given: {ordr.id: A7}\n", "model/a.yaml:16:26", "unknown-column"),
        ("      - {given: {order.id: A7}, expect: {ordr: A7}}\n", "model/a.yaml:16:48", "unknown-reference"),
        ("      - {given: {order.amount: much}}\n", "model/a.yaml:16:32", "wrong-type"),
    ],
)
def test_a_sample_that_cannot_be_read_says_where(sample: str, place: str, code: str, engine: Engine) -> None:
    with pytest.raises(BizopsError) as caught:
        try_samples(model(sample), engine)
    problem = caught.value.problems[0]
    assert (problem.code, str(problem.place)) == (code, place)
