"""What libyaml complains about, in words and at the line that a person has to change."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from bizops.errors import Place, Problem
from bizops.model.nodes import SourceText

_INDENT_HINT = "Lines of one level begin in the same column."
_MISPLACED = "The indentation of this line fits no line around it."
_SENTENCES: tuple[tuple[str, str, str | None], ...] = (
    ("did not find expected '-' indicator", "This line does not continue the list above.", _INDENT_HINT),
    ("block sequence entries are not allowed", "A list item ('- ') cannot stand here.", _INDENT_HINT),
    ("block mapping entries are not allowed", "A key cannot stand here.", _INDENT_HINT),
    (
        "mapping values are not allowed",
        "A second ':' in one value.",
        "Put a text with ': ' in quotes.",
    ),
    ("could not find expected ':'", "This line is neither 'key: value' nor '- item'.", "Is a ':' missing?"),
    (
        "did not find expected ',' or ']'",
        "The list that begins here with '[' is not closed, or a ',' is missing.",
        None,
    ),
    (
        "did not find expected ',' or '}'",
        "The mapping that begins here with '{' is not closed, or a ',' is missing.",
        None,
    ),
    ("found unexpected end of stream", "The text that begins here is not closed: its closing quote is missing.", None),
    (
        "found unexpected document indicator",
        "The text that begins here is not closed: its closing quote is missing.",
        None,
    ),
    (
        "found unknown escape character",
        "This '\\' escape does not exist.",
        "In single quotes a '\\' stands for itself.",
    ),
    ("did not find expected alphabetic or numeric", "A text that begins with '*' or '&' needs quotes.", None),
    ("did not find expected comment or line break", "Nothing may follow '|' or '>' in this line.", None),
    ("did not find expected node content", "A value is missing here.", None),
    ("did not find expected <document start>", "This line does not belong to the mapping above.", _INDENT_HINT),
    (
        "found undefined tag handle",
        "Tags ('!...') have no meaning in a model.",
        "Put a text that begins with '!' in quotes.",
    ),
)
_FROM_THE_BEGINNING = (
    "could not find expected ':'",
    "expected ',' or",
    "unexpected end of stream",
    "document indicator",
)
"""Found out late: what has to be changed is where the construct begins."""


def syntax_problem(source: SourceText, error: yaml.MarkedYAMLError) -> Problem:
    """The problem behind a libyaml error."""
    complaint = error.problem or ""
    mark = error.problem_mark or error.context_mark
    if any(part in complaint for part in _FROM_THE_BEGINNING):
        mark = error.context_mark or mark
    line, col = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if opening := _quote_left_open(source, line, col):
        return _problem(source, *opening, "The text that begins here is not closed: its closing quote is missing.")
    if "\t" in _indentation(source, line) or "cannot start any token" in complaint:
        return _bad_start(source, line, col)
    if "mapping values are not allowed" in complaint and ":" not in _line(source, line)[: col - 1]:
        if above := _not_an_entry(source, line):
            return _problem(
                source, *above, "This line is neither 'key: value' nor '- item'.", "Is a ':' or blank missing?"
            )
        return _problem(source, *_odd_one_out(source, line, col), _MISPLACED, _INDENT_HINT)
    if "expected key" in complaint:
        return _problem(source, *_odd_one_out(source, line, col), _MISPLACED, _INDENT_HINT)
    for part, sentence, hint in _SENTENCES:
        if part in complaint:
            return _problem(source, line, col, sentence, hint)
    return _problem(source, line, col, f"This is not YAML: {complaint}.")


def _bad_start(source: SourceText, line: int, col: int) -> Problem:
    char = _line(source, line)[col - 1 : col]
    if char == "\t" or "\t" in _indentation(source, line):
        return _problem(source, line, col, "This line is indented with a tab.", "Use spaces.")
    return _problem(source, line, col, f"A text cannot begin with '{char}'.", "Put it in quotes.")


def _quote_left_open(source: SourceText, line: int, col: int) -> tuple[int, int] | None:
    """Where a text begins that was closed only by the quote meant to open the next one."""
    before = _line(source, line)[: col - 1].rstrip()
    quote = before[-1:]
    if quote not in ("'", '"') or before.count(quote) % 2 == 0:
        return None
    for number in range(line - 1, 0, -1):
        text = _line(source, number)
        if text.count(quote) % 2:
            return number, text.rindex(quote) + 1
    return None


def _not_an_entry(source: SourceText, line: int) -> tuple[int, int] | None:
    """The line above, when it is the beginning of a block but lacks its ':', or the blank after its '-'."""
    number = _line_above(source, line)
    text = _line(source, number)
    is_dash_alone = re.match(r"\s*-[^\s-]", text) is not None
    is_bare = ":" not in text and not text.lstrip().startswith("- ") and _depth(source, number) < _depth(source, line)
    return (number, len(_indentation(source, number)) + 1) if is_dash_alone or is_bare else None


def _odd_one_out(source: SourceText, line: int, col: int) -> tuple[int, int]:
    """Of two lines that should begin in one column, the one that differs from more of their neighbours.

    libyaml always blames the second. It is the first when the lines below agree with the second.
    """
    depth = _depth(source, line)
    above = _line_above(source, line)
    while above > 1 and _depth(source, above) > depth and _depth(source, _line_above(source, above)) > depth:
        above = _line_above(source, above)
    other = _depth(source, above)
    if other == depth or not _line(source, above).strip():
        return line, col
    depths = [_depth(source, number) for number in _block(source, line, min(depth, other))]
    mine, theirs = depths.count(depth), depths.count(other)
    if mine > theirs or (mine == theirs and other % 2 and not depth % 2):
        return above, other + 1
    return line, col


def _block(source: SourceText, line: int, depth: int) -> Iterator[int]:
    """The lines around one that are at least that deep."""
    for step in (-1, 1):
        number = line if step == 1 else line - 1
        while 1 <= number <= len(source.lines) and (_is_blank(source, number) or _depth(source, number) >= depth):
            if not _is_blank(source, number):
                yield number
            number += step


def _line(source: SourceText, line: int) -> str:
    return source.lines[line - 1] if 1 <= line <= len(source.lines) else ""


def _is_blank(source: SourceText, line: int) -> bool:
    text = _line(source, line).lstrip()
    return not text or text.startswith("#")


def _line_above(source: SourceText, line: int) -> int:
    number = line - 1
    while number > 1 and _is_blank(source, number):
        number -= 1
    return max(number, 1)


def _indentation(source: SourceText, line: int) -> str:
    text = _line(source, line)
    return text[: len(text) - len(text.lstrip())]


def _depth(source: SourceText, line: int) -> int:
    """How far the key of a line is indented; '- ' counts as indentation."""
    dash = re.match(r"\s*(?:- +)*", _line(source, line))
    return len(dash.group()) if dash else 0


def _problem(source: SourceText, line: int, col: int, message: str, hint: str | None = None) -> Problem:
    # libyaml reports what is missing at the end behind the last line, where there is nothing to look at.
    line = min(line, max(1, len(source.lines)))
    return Problem("yaml-syntax", message, Place(source.file, line, col), hint)
