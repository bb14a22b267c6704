"""A good model broken in thousands of ways: the person who broke it is sent to the right line."""

import random

import pytest
from mutations import Mutation, by_hand, of_lines, of_references, of_values

from bizops.errors import BizopsError
from bizops.model import read_model

_SAMPLE = 300


def outcome(mutation: Mutation) -> tuple[bool, bool, str]:
    """Whether all problems are in the right file, and all at the right line with a fitting code; and what was said."""
    with pytest.raises(BizopsError) as caught:
        read_model(mutation.files)
    places = [problem.place for problem in caught.value.problems]
    in_file = all(place is not None and place.file == mutation.file for place in places)
    at_line = in_file and {place.line for place in places if place} == {mutation.line}
    fits = any(problem.code in mutation.codes for problem in caught.value.problems)
    return in_file, at_line and fits, f"{mutation.name} (line {mutation.line}, {mutation.codes})\n{caught.value}"


@pytest.mark.parametrize("mutation", list(by_hand()), ids=lambda mutation: mutation.name)
def test_what_a_person_may_get_wrong_is_told_at_its_line(mutation: Mutation) -> None:
    in_file, exact, said = outcome(mutation)
    assert in_file and exact, said


@pytest.mark.parametrize("mutation", list(of_references()), ids=lambda mutation: mutation.name)
def test_a_misspelt_name_is_told_at_its_line(mutation: Mutation) -> None:
    in_file, exact, said = outcome(mutation)
    assert in_file and exact, said


def test_of_slips_of_the_pen_at_least_98_in_100_are_told_at_the_exact_line_and_all_in_the_file() -> None:
    slips = random.Random(20260301).sample([*of_lines(), *of_values()], _SAMPLE)
    outcomes = [outcome(mutation) for mutation in slips]
    assert [said for in_file, _, said in outcomes if not in_file] == []
    missed = [said for _, exact, said in outcomes if not exact]
    assert len(missed) <= 0.02 * len(slips), "\n\n".join(missed)
