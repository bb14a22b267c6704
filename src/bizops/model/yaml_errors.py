"""What libyaml complains about, in words and at the line that a person has to change."""

from __future__ import annotations

import yaml

from bizops.errors import Place, Problem
from bizops.model.nodes import SourceText

_INDENT_HINT = "Lines of one level begin in the same column."
_SENTENCES: tuple[tuple[str, str, str | None], ...] = (
    ("did not find expected key", "The indentation of this line fits no line above.", _INDENT_HINT),
    ("did not find expected '-' indicator", "This line does not continue the list above.", _INDENT_HINT),
    ("block sequence entries are not allowed", "A list item ('- ') cannot stand here.", _INDENT_HINT),
    ("block mapping entries are not allowed", "A key cannot stand here.", _INDENT_HINT),
    (
        "mapping values are not allowed",
        "A second ':' in one value, or a line that is indented too far.",
        "Put a text with ': ' in quotes, or correct the indentation.",
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
    ("tab character", "This line is indented with a tab.", "Use spaces."),
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


def syntax_problem(
    source: SourceText, error: yaml.MarkedYAMLError, last_quoted: tuple[int, int] | None = None
) -> Problem:
    """The problem behind a libyaml error; ``last_quoted`` is where the last quoted text of several lines began."""
    complaint = error.problem or ""
    mark = error.problem_mark or error.context_mark
    if any(part in complaint for part in _FROM_THE_BEGINNING):
        mark = error.context_mark or mark
    line, col = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if "cannot start any token" in complaint:
        return _bad_start(source, line, col)
    if last_quoted and "expected key" in complaint and _ends_quoted(source, line, col):
        return _problem(source, *last_quoted, "The text that begins here is not closed: its closing quote is missing.")
    if "mapping values are not allowed" in complaint and (above := _without_colon(source, line)):
        return _problem(source, *above, "This line is neither 'key: value' nor '- item'.", "Is a ':' missing?")
    for part, sentence, hint in _SENTENCES:
        if part in complaint:
            tabbed = "\t" in _indentation(source, line)
            return _problem(source, line, col, "This line is indented with a tab." if tabbed else sentence,
                            "Use spaces." if tabbed else hint)  # fmt: skip
    return _problem(source, line, col, f"This is not YAML: {complaint}.")


def _bad_start(source: SourceText, line: int, col: int) -> Problem:
    text = source.lines[line - 1] if line <= len(source.lines) else ""
    char = text[col - 1 : col]
    if char == "\t":
        return _problem(source, line, col, "This line is indented with a tab.", "Use spaces.")
    return _problem(source, line, col, f"A text cannot begin with '{char}'.", "Put it in quotes.")


def _ends_quoted(source: SourceText, line: int, col: int) -> bool:
    """Whether a quote stands right before: the text was closed by what was meant to open the next one."""
    text = source.lines[line - 1] if line <= len(source.lines) else ""
    return text[: col - 1].rstrip().endswith(("'", '"'))


def _without_colon(source: SourceText, line: int) -> tuple[int, int] | None:
    """The line above, when it has no ':' and was therefore taken for a text that goes on below."""
    for number in range(line - 1, 0, -1):
        text = source.lines[number - 1]
        if text.strip() and not text.lstrip().startswith("#"):
            is_bare = ":" not in text and not text.lstrip().startswith("- ")
            return (number, len(text) - len(text.lstrip()) + 1) if is_bare else None
    return None


def _indentation(source: SourceText, line: int) -> str:
    text = source.lines[line - 1] if line <= len(source.lines) else ""
    return text[: len(text) - len(text.lstrip())]


def _problem(source: SourceText, line: int, col: int, message: str, hint: str | None = None) -> Problem:
    # libyaml reports what is missing at the end behind the last line, where there is nothing to look at.
    line = min(line, max(1, len(source.lines)))
    return Problem("yaml-syntax", message, Place(source.file, line, col), hint)
