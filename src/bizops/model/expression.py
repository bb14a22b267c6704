"""The expression language: text in, syntax tree out.

``sum(amount where won) / distinct(customer)`` becomes ``Binary('/', Call('sum', ...), Call('distinct', ...))``.
Every node carries the offset of its first character, so that later checks can point at it. What names and functions
mean is decided in :mod:`bizops.model.typing`; here only the form is known.

Precedence, rising: ``or``; ``and``; ``not``; comparisons, ``in``, ``between``, ``is null``; ``+ -``; ``* /``; unary
``-``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bizops.errors import did_you_mean


class ExpressionError(Exception):
    """What is wrong with an expression, and at which character of its text."""

    def __init__(self, code: str, message: str, offset: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.offset, self.hint = code, message, offset, hint


@dataclass(frozen=True, slots=True)
class Num:
    """A number, with its unit where one is written: ``48 h``."""

    text: str
    unit: str | None
    pos: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, ``true``, ``false`` or ``null``."""

    value: str | bool | None
    pos: int


@dataclass(frozen=True, slots=True)
class Name:
    """A field, a step or a KPI; with a dot, a column of a lookup."""

    name: str
    pos: int


@dataclass(frozen=True, slots=True)
class Unary:
    """``not x`` or ``-x``."""

    op: str
    arg: Expr
    pos: int


@dataclass(frozen=True, slots=True)
class Binary:
    """``+ - * /``, a comparison, ``and`` or ``or``."""

    op: str
    left: Expr
    right: Expr
    pos: int


@dataclass(frozen=True, slots=True)
class In:
    """``x in ('a', 'b')``, possibly negated."""

    arg: Expr
    items: tuple[Expr, ...]
    negated: bool
    pos: int


@dataclass(frozen=True, slots=True)
class IsNull:
    """``x is null``, possibly negated."""

    arg: Expr
    negated: bool
    pos: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function; aggregates may carry an inner filter (``where``) and an order (``by``)."""

    name: str
    args: tuple[Expr, ...]
    where: Expr | None
    by: Expr | None
    pos: int


Expr = Num | Literal | Name | Unary | Binary | In | IsNull | Call

_KEYWORDS = frozenset({"and", "or", "not", "in", "between", "is", "null", "true", "false", "where", "by"})
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_MAX_LENGTH, _MAX_DEPTH = 10_000, 100
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
      | (?P<text>'(?:[^']|'')*')
      | (?P<op><>|!=|<=|>=|[-+*/=<>(),%])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    pos: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at] == "'":
                raise ExpressionError("bad-expression", "The text that begins here is not closed: a ' is missing.", at)
            if text[at] == '"':
                raise ExpressionError("bad-expression", "Texts stand in single quotes: 'won', not \"won\".", at)
            raise ExpressionError("bad-expression", f"'{text[at]}' has no meaning here.", at)
        if match.lastgroup != "space":
            yield _Token(str(match.lastgroup), match.group(), at)
        at = match.end()
    yield _Token("end", "", len(text))


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.now
        self.at += 1
        return token

    def word(self, *words: str) -> _Token | None:
        """Takes the next token when it is one of these keywords or signs."""
        token = self.now
        if token.kind in ("name", "op") and token.text.lower() in words:
            return self.take()
        return None

    def expect(self, sign: str, after: str) -> _Token:
        token = self.word(sign)
        if token is None:
            raise ExpressionError(
                "bad-expression", f"'{sign}' is expected after {after}, not {_shown(self.now)}.", self.now.pos
            )
        return token

    def disjunction(self) -> Expr:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise ExpressionError(
                "bad-expression", f"The expression is nested deeper than {_MAX_DEPTH} levels.", self.now.pos
            )
        left = self.conjunction()
        while token := self.word("or"):
            left = Binary("or", left, self.conjunction(), token.pos)
        self.depth -= 1
        return left

    def conjunction(self) -> Expr:
        left = self.negation()
        while token := self.word("and"):
            left = Binary("and", left, self.negation(), token.pos)
        return left

    def negation(self) -> Expr:
        negations = []
        while token := self.word("not"):
            negations.append(token.pos)
        expr = self.comparison()
        for pos in reversed(negations):
            expr = Unary("not", expr, pos)
        return expr

    def comparison(self) -> Expr:
        left = self.sum()
        token = self.now
        if sign := self.word(*_COMPARISONS, "!="):
            op = "<>" if sign.text == "!=" else sign.text
            return Binary(op, left, self.sum(), token.pos)
        if self.word("is"):
            negated = self.word("not") is not None
            if not self.word("null"):
                raise ExpressionError("bad-expression", "After 'is' comes 'null' or 'not null'.", self.now.pos)
            return IsNull(left, negated, token.pos)
        negated = self.word("not") is not None
        if self.word("in"):
            self.expect("(", "'in'")
            items = [self.sum()]
            while self.word(","):
                items.append(self.sum())
            self.expect(")", "the list")
            return In(left, tuple(items), negated, token.pos)
        if self.word("between"):
            low = self.sum()
            self.expect("and", "the lower bound of 'between'")
            inside = Binary(
                "and", Binary(">=", left, low, token.pos), Binary("<=", left, self.sum(), token.pos), token.pos
            )
            return Unary("not", inside, token.pos) if negated else inside
        if negated:
            raise ExpressionError("bad-expression", "After 'not' comes 'in' or 'between' here.", self.now.pos)
        return left

    def sum(self) -> Expr:
        left = self.product()
        while token := self.word("+", "-"):
            left = Binary(token.text, left, self.product(), token.pos)
        return left

    def product(self) -> Expr:
        left = self.signed()
        while token := self.word("*", "/"):
            left = Binary(token.text, left, self.signed(), token.pos)
        return left

    def signed(self) -> Expr:
        minuses = []
        while token := self.word("-"):
            minuses.append(token.pos)
        expr = self.primary()
        for pos in reversed(minuses):
            expr = Unary("-", expr, pos)
        return expr

    def primary(self) -> Expr:
        token = self.take()
        if token.kind == "number":
            return Num(token.text.replace("_", ""), self.unit(), token.pos)
        if token.kind == "text":
            return Literal(token.text[1:-1].replace("''", "'"), token.pos)
        if token.kind == "op" and token.text == "(":
            expr = self.disjunction()
            self.expect(")", "the expression in brackets")
            return expr
        if token.kind == "name":
            lower = token.text.lower()
            if lower in ("true", "false"):
                return Literal(lower == "true", token.pos)
            if lower == "null":
                return Literal(None, token.pos)
            if lower not in _KEYWORDS:
                return self.call(token) if self.word("(") else Name(token.text, token.pos)
        raise ExpressionError("bad-expression", f"A value is expected here, not {_shown(token)}.", token.pos)

    def unit(self) -> str | None:
        if self.word("%"):
            return "%"
        token = self.now
        if token.kind == "name" and token.text.lower() not in _KEYWORDS:
            return self.take().text
        return None

    def call(self, name: _Token) -> Call:
        args: list[Expr] = []
        where = by = None
        if self.word("*"):  # count(*) is count()
            self.expect(")", "'*'")
            return Call(name.text.lower(), (), None, None, name.pos)
        while not self.word(")"):
            if self.word("where"):
                where = self.disjunction()
                self.expect(")", "the filter")
                break
            if args and self.word("by"):
                by = self.sum()
                continue
            if args and not self.word(","):
                raise ExpressionError(
                    "bad-expression",
                    f"',' or ')' is expected in {name.text}(...), not {_shown(self.now)}.",
                    self.now.pos,
                )
            args.append(self.disjunction())
        return Call(name.text.lower(), tuple(args), where, by, name.pos)


def _shown(token: _Token) -> str:
    return "the end" if token.kind == "end" else f"'{token.text}'"


@lru_cache(maxsize=20_000)
def parse_expression(text: str) -> Expr:
    """The syntax tree of an expression; raises :class:`ExpressionError` at the character where it stops making sense.

    >>> parse_expression("count(where late)")
    Call(name='count', args=(), where=Name(name='late', pos=12), by=None, pos=0)
    """
    if len(text) > _MAX_LENGTH:
        raise ExpressionError("bad-expression", f"An expression has at most {_MAX_LENGTH:,} characters.", 0)
    parser = _Parser(text)
    expr = parser.disjunction()
    _check_depth(expr)
    rest = parser.now
    if rest.kind != "end":
        hint = did_you_mean(rest.text, _KEYWORDS) if rest.kind == "name" else None
        if rest.text == "=" or rest.text in _COMPARISONS:
            hint = "Comparisons do not chain: write 'a < b and b < c'."
        raise ExpressionError(
            "bad-expression", f"Nothing is expected here, but {_shown(rest)} follows.", rest.pos, hint
        )
    return expr


def _check_depth(expr: Expr) -> None:
    """Long chains of operators are deep trees, on which everything that walks them would run out of stack."""
    ahead = [(expr, 1)]
    while ahead:
        node, depth = ahead.pop()
        if depth > _MAX_DEPTH:
            raise ExpressionError(
                "bad-expression",
                f"The expression chains or nests more than {_MAX_DEPTH} operators.",
                node.pos,
                "Use in (...) for many alternatives.",
            )
        ahead += [(part, depth + 1) for part in children(node)]


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct parts of a node, in reading order."""
    if isinstance(expr, Unary):
        return (expr.arg,)
    if isinstance(expr, Binary):
        return (expr.left, expr.right)
    if isinstance(expr, In):
        return (expr.arg, *expr.items)
    if isinstance(expr, IsNull):
        return (expr.arg,)
    if isinstance(expr, Call):
        return (*expr.args, *(part for part in (expr.by, expr.where) if part is not None))
    return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The node and everything below it, outermost first."""
    yield expr
    for part in children(expr):
        yield from walk(part)


def names(expr: Expr) -> list[Name]:
    """All names used in an expression, in reading order."""
    return [part for part in walk(expr) if isinstance(part, Name)]
