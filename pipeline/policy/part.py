"""An expression of a policy, with what it uses: parts of the manifest, and other names."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from pipeline.expression import Expression, Tree, looked_at, selections

NAMESPACE_OBJECT, PARAMS = "namespaceObject", "params"
LOOKUPS, VARIABLES = "lookups", "variables"
"""The last two hold names of their own: `variables.hosts`."""


@dataclass(frozen=True, slots=True)
class Part:
    """An expression of a policy."""

    expression: Expression
    needs: tuple[str, ...]
    """The names that it uses besides `object`."""
    params: frozenset[str]
    """The parameters that it uses by name."""
    tree: Tree | None
    """The parts of `object` that it looks at."""

    @classmethod
    def of(cls, expression: Expression, known: Container[str]) -> "Part":
        """Take an expression apart; `known` are the names that there are."""
        text = expression.text
        needs = tuple(name for name in used_names(text) if name in known)
        params = frozenset(path[0] for path in selections(text, PARAMS) if path)
        return cls(expression, needs, params, looked_at([text]))


def used_names(text: str) -> tuple[str, ...]:
    """The names that an expression uses besides `object`: `params`, `variables.hosts`."""
    single = [
        name for name in (NAMESPACE_OBJECT, PARAMS) if any(True for _ in selections(text, name))
    ]
    listed = [
        f"{root}.{path[0]}"
        for root in (LOOKUPS, VARIABLES)
        for path in selections(text, root)
        if path
    ]
    return tuple(dict.fromkeys((*single, *listed)))


def shared_tree(parts: Iterable[Part]) -> Tree | None:
    """What the expressions look at that need nothing but `object`."""
    return looked_at(part.expression.text for part in parts if not part.needs)
