"""Tokens to a tree, by the grammar of the CEL language definition (github.com/google/cel-spec)."""

from collections.abc import Callable

from pipeline.schema.cel.errors import CelSyntaxError, NotEvaluable
from pipeline.schema.cel.lexer import Token, error, tokens
from pipeline.schema.cel.syntax import Call, Index, List, Literal, Map, Name, Node, Select

MOST_DEPTH = 50
"""How deep an expression may be nested: each level takes a dozen of Python's own."""

_RELATIONS = ("<", "<=", ">", ">=", "==", "!=", "in")


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        CelSyntaxError: it is not CEL.
        NotEvaluable: it is nested too deep.
    """
    parser = _Parser(text)
    tree = parser.expression()
    parser.take("end")
    return tree


class _Parser:
    """Recursive descent, one method for each level of precedence."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text))
        self._next = 0
        self._depth = 0

    def take(self, kind: str) -> Token:
        """The next token, which must be of this kind."""
        token = self._tokens[self._next]
        if token.kind != kind:
            raise self._unexpected(token)
        self._next += 1
        return token

    def expression(self) -> Node:
        """`a ? b : c` and everything that binds stronger."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise NotEvaluable(f"it is nested more than {MOST_DEPTH} deep")
        condition = self._or()
        if self._skip("?"):
            chosen = self._or()
            self.take(":")
            condition = Call("?:", (condition, chosen, self.expression()))
        self._depth -= 1
        return condition

    @property
    def _at(self) -> int:
        return self._tokens[self._next].at

    def _unexpected(self, token: Token) -> CelSyntaxError:
        what = f"{token.text!r} is not expected here" if token.text else "it ends too early"
        return error(self._text, token.at, what)

    def _skip(self, *kinds: str) -> str:
        kind = self._tokens[self._next].kind
        if kind not in kinds:
            return ""
        self._next += 1
        return kind

    def _or(self) -> Node:
        return self._chain(self._and, "||")

    def _and(self) -> Node:
        return self._chain(self._relation, "&&")

    def _relation(self) -> Node:
        return self._left(self._sum, *_RELATIONS)

    def _sum(self) -> Node:
        return self._left(self._product, "+", "-")

    def _product(self) -> Node:
        return self._left(self._unary, "*", "/", "%")

    def _chain(self, operand: Callable[[], Node], operator: str) -> Node:
        """Any number of operands of one call: people write long ones."""
        operands = [operand()]
        while self._skip(operator):
            operands.append(operand())
        return Call(operator, tuple(operands)) if len(operands) > 1 else operands[0]

    def _left(self, operand: Callable[[], Node], *operators: str) -> Node:
        made = operand()
        while operator := self._skip(*operators):
            made = Call(operator, (made, operand()))
        return made

    def _unary(self) -> Node:
        at = self._at
        if self._skip("!"):
            times = 1
            while self._skip("!"):
                times += 1
            operand = self._member()
            return Call("!", (operand,)) if times % 2 else Call("!", (Call("!", (operand,)),))
        times = 0
        while self._skip("-"):
            times += 1
        operand = self._member(negative=times % 2 == 1)
        if isinstance(operand, Literal) and type(operand.value) in (int, float):
            value = -operand.value if times % 2 else operand.value
            if type(value) is int and value == 2**63:
                raise error(self._text, at, "the number is too large")
            return Literal(value)
        for _ in range(times % 2 or (2 if times else 0)):
            operand = Call("-", (operand,))
        return operand

    def _member(self, *, negative: bool = False) -> Node:
        made = self._primary()
        while kind := self._skip(".", "["):
            self._fits(made, negative=False)
            if kind == "[":
                optional = bool(self._skip("?"))
                made = Index(made, self.expression(), optional)
                self.take("]")
                continue
            optional = bool(self._skip("?"))
            name = self._field()
            if not optional and self._skip("("):
                made = Call(name, self._arguments(")"), made)
            else:
                made = Select(made, name, optional)
        self._fits(made, negative=negative)
        return made

    def _fits(self, node: Node, *, negative: bool) -> None:
        """2**63 is read for the sake of -2**63 only."""
        whole = isinstance(node, Literal) and type(node.value) is int
        if whole and not negative and node.value == 2**63:  # type: ignore[union-attr]  # a literal
            raise error(self._text, self._at, "the number is too large")

    def _field(self) -> str:
        """The API server writes reserved words as fields in another way, so a name it must be."""
        return self.take("name").text

    def _primary(self) -> Node:
        token = self._tokens[self._next]
        if token.kind == "literal":
            self._next += 1
            return Literal(token.value)
        if self._skip("("):
            inner = self.expression()
            self.take(")")
            return inner
        if self._skip("["):
            return self._list()
        if self._skip("{"):
            return self._map()
        self._skip(".")
        name = self.take("name").text
        if self._skip("("):
            return Call(name, self._arguments(")"))
        return Name(name)

    def _arguments(self, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._skip(closing):
            if found:
                self.take(",")
            found.append(self.expression())
        return tuple(found)

    def _list(self) -> Node:
        items: list[Node] = []
        optional: set[int] = set()
        while not self._skip("]"):
            if self._skip("?"):
                optional.add(len(items))
            items.append(self.expression())
            if not self._skip(","):
                self.take("]")
                break
        return List(tuple(items), frozenset(optional))

    def _map(self) -> Node:
        entries: list[tuple[Node, Node]] = []
        optional: set[int] = set()
        while not self._skip("}"):
            if self._skip("?"):
                optional.add(len(entries))
            key = self.expression()
            self.take(":")
            entries.append((key, self.expression()))
            if not self._skip(","):
                self.take("}")
                break
        return Map(tuple(entries), frozenset(optional))
