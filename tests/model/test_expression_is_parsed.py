"""Text to tree: what binds tighter, and at which character it stops making sense."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.model.expression import (
    Binary,
    Call,
    Expr,
    ExpressionError,
    In,
    IsNull,
    Literal,
    Name,
    Num,
    Unary,
    names,
    parse_expression,
)


def shown(expr: Expr) -> str:
    """The tree with every bracket written."""
    match expr:
        case Num():
            return expr.text + (f" {expr.unit}" if expr.unit else "")
        case Literal():
            return repr(expr.value)
        case Name():
            return expr.name
        case Unary():
            return f"({expr.op} {shown(expr.arg)})"
        case Binary():
            return f"({shown(expr.left)} {expr.op} {shown(expr.right)})"
        case In():
            return f"({shown(expr.arg)} {'not in' if expr.negated else 'in'} {', '.join(map(shown, expr.items))})"
        case IsNull():
            return f"({shown(expr.arg)} is {'not ' if expr.negated else ''}null)"
        case Call():
            inner = ", ".join(map(shown, expr.args))
            by = f" by {shown(expr.by)}" if expr.by else ""
            where = f" where {shown(expr.where)}" if expr.where else ""
            return f"{expr.name}({inner}{by}{where})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b / c", "((a / b) / c)"),
        ("a * -b", "(a * (- b))"),
        ("- -a", "(- (- a))"),
        ("-a * b", "((- a) * b)"),
        ("(a + b) * c", "((a + b) * c)"),
        ("a or b and c", "(a or (b and c))"),
        ("not a and b", "((not a) and b)"),
        ("not a = b", "(not (a = b))"),
        ("not not a", "(not (not a))"),
        ("a + 1 > b * 2 and c", "(((a + 1) > (b * 2)) and c)"),
        ("a != b", "(a <> b)"),
        ("a between 1 and 2 and b", "(((a >= 1) and (a <= 2)) and b)"),
        ("a not between 1 and 2", "(not ((a >= 1) and (a <= 2)))"),
        ("a in (1, 2) or b not in ('x')", "((a in 1, 2) or (b not in 'x'))"),
        ("a is null or b is not null", "((a is null) or (b is not null))"),
        ("a + b is null", "((a + b) is null)"),
        ("sum(x where y = 1)", "sum(x where (y = 1))"),
        ("count(where a or b)", "count( where (a or b))"),
        ("count(*)", "count()"),
        ("first(x by t where ok)", "first(x by t where ok)"),
        ("if(a, b, c)", "if(a, b, c)"),
        ("SUM(x) AND True", "(sum(x) and True)"),
        ("48 h", "48 h"),
        ("5 %", "5 %"),
        ("1_000.50", "1000.50"),
        ("2.5e-3", "2.5e-3"),
        ("100 EUR / 2", "(100 EUR / 2)"),
        ("customer.segment.name", "customer.segment.name"),
        ("'it''s'", '"it\'s"'),
        ("Größe_2", "Größe_2"),
        ("1 and 2", "(1 and 2)"),
        ("x in (-1, 1 + 1)", "(x in (- 1), (1 + 1))"),
    ],
)
def test_operators_bind_as_written_down(text: str, tree: str) -> None:
    assert shown(parse_expression(text)) == tree


@pytest.mark.parametrize(
    ("text", "offset", "says"),
    [
        ("", 0, "the end"),
        ("a +", 3, "the end"),
        ("a b", 2, "'b'"),
        ("(a", 2, "')'"),
        ("a)", 1, "')'"),
        ("a < b < c", 6, "'<'"),
        ("'open", 0, "not closed"),
        ('a = "x"', 4, "single quotes"),
        ("a ? b", 2, "no meaning"),
        ("sum(a b)", 6, "'b'"),
        ("sum(a,)", 6, "')'"),
        ("a in 1", 5, "'('"),
        ("a in ()", 6, "')'"),
        ("a between 1", 11, "'and'"),
        ("a is 1", 5, "null"),
        ("a not b", 6, "'in' or 'between'"),
        ("where", 0, "'where'"),
        ("a = = b", 4, "'='"),
        ("a.", 1, "no meaning"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_character(text: str, offset: int, says: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse_expression(text)
    assert (error.value.code, error.value.offset) == ("bad-expression", offset)
    assert says in error.value.message


def test_chained_comparisons_are_told_how_to_be_written() -> None:
    with pytest.raises(ExpressionError) as error:
        parse_expression("1 < x < 3")
    assert "and" in str(error.value.hint)


@pytest.mark.parametrize("text", ["(" * 5000, "-" * 9000 + "a", "not " * 2400 + "a", "a" + " + a" * 2400, "f(" * 3000])
def test_expressions_too_deep_for_anyone_to_read_are_refused(text: str) -> None:
    """No input overflows the stack of what walks the tree."""
    with pytest.raises(ExpressionError) as error:
        names(parse_expression(text))
    assert error.value.code == "bad-expression"


def test_a_hundred_alternatives_are_fine() -> None:
    assert len(names(parse_expression(" or ".join(["a"] * 90)))) == 90


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="ab1.'(),+-*/=<> %_inotwherby", max_size=25))
def test_any_text_is_a_tree_or_an_error_within_it(text: str) -> None:
    try:
        parse_expression(text)
    except ExpressionError as error:
        assert 0 <= error.offset <= len(text)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=20))
def test_a_quoted_text_is_itself(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    assert parse_expression(quoted) == Literal(text, 0)
