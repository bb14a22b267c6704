"""YAML 1.2 without surprises: what is read, what is refused, and where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.model.nodes import List, Map, Node, Scalar
from bizops.model.yaml_reader import MAX_BYTES, read_yaml


def plain(node: Node | None) -> object:
    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.items}
    if isinstance(node, List):
        return [plain(item) for item in node.items]
    return node.value if node else None


def read(text: str | bytes) -> object:
    reading = read_yaml("f.yaml", text)
    assert reading.problems == ()
    return plain(reading.node)


def refusal(text: str | bytes) -> tuple[str, int, int]:
    (problem,) = read_yaml("f.yaml", text).problems
    assert problem.place is not None
    return problem.code, problem.place.line, problem.place.col


def test_what_only_yaml_1_1_takes_for_something_else_stays_text() -> None:
    words = [
        "NO",
        "on",
        "yes",
        "12:30",
        "010",
        "0777",
        "2026-01-31",
        "1_000",
        "0b1",
        "1e",
        "-",
        "=",
        "<",
        "0x",
        "1.2.3",
    ]
    assert read("\n".join(f"- {word!r}" if word in "-=<" else f"- {word}" for word in words)) == words


def test_numbers_truth_values_and_null_follow_the_core_schema() -> None:
    assert read("[1, -2, +3, 1.5, .5, 2., 1e3, -1.5E-2, 0o17, 0x1F, true, False, null, ~]") == [
        1, -2, 3, 1.5, 0.5, 2.0, 1000.0, -0.015, 15, 31, True, False, None, None,
    ]  # fmt: skip


def test_quoted_values_are_text() -> None:
    assert read("""['1', "true", '~']""") == ["1", "true", "~"]


def test_an_empty_file_and_one_of_comments_hold_nothing() -> None:
    assert [read(""), read("# only this\n"), read("---\n"), read("\ufeff")] == [None] * 4


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    reading = read_yaml("f.yaml", b"\xef\xbb\xbfa: 1\r\nb: [x]\r\n")
    assert plain(reading.node) == {"a": 1, "b": ["x"]}
    assert isinstance(reading.node, Map)
    assert [str(value.place) for _, value in reading.node.items] == ["f.yaml:1:4", "f.yaml:2:4"]


def test_small_aliases_stand_for_what_they_name() -> None:
    assert read("a: &x {k: [1]}\nb: *x\n") == {"a": {"k": [1]}, "b": {"k": [1]}}


@pytest.mark.parametrize(
    ("text", "code", "line", "col"),
    [
        ("a: 1\nb: 2\na: 3", "duplicate-key", 3, 1),
        ("a: !!python/object:os.system x", "yaml-tag", 1, 4),
        ("a: &a [*a]", "yaml-bomb", 1, 8),
        ("a: *b", "yaml-syntax", 1, 4),
        ("a: {<<: {b: 1}}", "yaml-merge", 1, 5),
        ("[1]: a", "yaml-key", 1, 1),
        ("true: a", "yaml-key", 1, 1),
        ("a: 1\n---\nb: 2", "yaml-syntax", 2, 1),
        ("a:\n\tb: 1", "yaml-syntax", 2, 1),
        ("a:\n  b: 1\n c: 2\n", "yaml-syntax", 3, 2),
        ("a:\n  b: 1\n  c: 2\n   d: 3\n  e: 4\n", "yaml-syntax", 4, 5),
        ("a:\n   b: 1\n  c: 2\n  d: 3\n", "yaml-syntax", 2, 4),
        ("a: b: c", "yaml-syntax", 1, 5),
        ("a\n  b: 1", "yaml-syntax", 1, 1),
        ("- a: 1\n-b: 2\n", "yaml-syntax", 2, 1),
        ('a: "open\nb: "x"\n', "yaml-syntax", 1, 4),
        ("a: 'open\nb: 2\n", "yaml-syntax", 1, 4),
        ("a: [1,\nb: 2", "yaml-syntax", 1, 4),
        ("a: %", "yaml-syntax", 1, 4),
        ("a: \x07", "yaml-syntax", 1, 4),
        (b"a: 1\nb: caf\xe9", "not-utf8", 2, 7),
        ("a: " + "[" * 51 + "]" * 51, "yaml-bomb", 1, 53),
        ("x" * (MAX_BYTES + 1), "file-too-big", 1, 1),
    ],
)
def test_what_is_refused_is_shown_where_it_has_to_be_changed(text: str, code: str, line: int, col: int) -> None:
    assert refusal(text) == (code, line, col)


def test_aliases_cannot_make_a_small_file_grow_large() -> None:
    tens = "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert refusal("a: &a [x, x, x, x, x, x, x, x, x, x]\n" + tens)[0] == "yaml-bomb"


@pytest.mark.parametrize(
    ("text", "part", "place"),
    [
        ("k: sum(a) + b", "b", "f.yaml:1:13"),
        ("k: 'it''s b'", "b", "f.yaml:1:11"),
        ('k: "caf\\u00e9 \\"b\\""', "b", "f.yaml:1:17"),
        ("k: |\n  sum(\n    b\n  )\n", "b", "f.yaml:3:5"),
        ("k: >-\n  one\n  two b\n", "b", "f.yaml:3:7"),
        ("k: one\n   two\n   b\n", "b", "f.yaml:3:4"),
        ('k: "one\n  two\n  b"\n', "b", "f.yaml:3:3"),
        ("k: 'grüße b'", "b", "f.yaml:1:11"),
    ],
)
def test_every_character_of_a_text_is_found_in_the_file(text: str, part: str, place: str) -> None:
    node = read_yaml("f.yaml", text).node
    assert isinstance(node, Map)
    value = node.get("k")
    assert isinstance(value, Scalar)
    assert str(value.place_at(value.text.index(part))) == place


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab:-[]{}'\"|>&*!%@#,? \t\n<é", max_size=40))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    reading = read_yaml("f.yaml", text)
    lines = text.count("\n") + 1
    assert all(p.place is not None and 1 <= p.place.line <= lines and p.place.col >= 1 for p in reading.problems)
    assert reading.node is None or not reading.broken or reading.problems


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=40))
def test_no_bytes_make_the_reader_fail(content: bytes) -> None:
    reading = read_yaml("f.yaml", content)
    assert reading.problems or not reading.broken
