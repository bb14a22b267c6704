"""Schemas from types: what an answer is written with is what the document says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, NotRequired, TypedDict

import pytest

from bizops.errors import BizopsError
from bizops.server.api.schemas import components, refuse_unless_fits, schema_of


@dataclass
class Leaf:
    """A leaf."""

    size: float


class Tree(TypedDict):
    """A tree."""

    leaves: list[Leaf]
    parent: NotRequired[Tree | None]
    kind: Literal["oak", "fir"]


def test_named_types_are_components_that_may_hold_themselves() -> None:
    found = components([Tree])
    assert found["Tree"] == {
        "type": "object",
        "description": "A tree.",
        "additionalProperties": False,
        "required": ["leaves", "kind"],
        "properties": {
            "leaves": {"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}},
            "parent": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]},
            "kind": {"enum": ["oak", "fir"]},
        },
    }
    assert list(found) == ["Leaf", "Tree"]


def test_two_types_of_one_name_are_refused() -> None:
    other = dataclass(type("Leaf", (), {"__annotations__": {"colour": str}}))
    with pytest.raises(TypeError, match="Two types are named Leaf"):
        components([Leaf, other])


def test_pairs_maps_and_more_precise_texts_have_their_schema() -> None:
    assert schema_of(tuple[int, str])["prefixItems"] == [{"type": "integer"}, {"type": "string"}]
    assert schema_of(dict[str, int]) == {"type": "object", "additionalProperties": {"type": "integer"}}
    assert schema_of(Annotated[str, {"pattern": "^x"}]) == {"type": "string", "pattern": "^x"}
    with pytest.raises(TypeError, match="no schema"):
        schema_of(set[int])


class Wish(TypedDict):
    """A body."""

    verb: Literal["load"]
    source: NotRequired[str]


@pytest.mark.parametrize("body", [{"verb": "load"}, {"verb": "load", "source": "x"}])
def test_a_body_that_fits_is_taken(body: object) -> None:
    refuse_unless_fits(body, Wish)


@pytest.mark.parametrize(
    "body",
    [None, [], "load", {}, {"verb": "drop"}, {"verb": ["load"]}, {"verb": "load", "x": 1},
     {"verb": "load", "source": None}, {"verb": "load", "source": {"$ne": ""}}, {"verb": "load", "source": 1}],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_refused(body: object) -> None:
    with pytest.raises(BizopsError, match="bad-body"):
        refuse_unless_fits(body, Wish)
