"""Labels, and the selectors that are nothing but labels which must all be there."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pipeline.loose import items, mapping, text

Labels: TypeAlias = Mapping[str, str]


def labels_in(value: Any, *names: str) -> dict[str, str]:
    """The labels that lie that deep; what is no text is passed over."""
    held = mapping(value, *names).items()
    return {name: item for name, item in held if isinstance(item, str)}


def meets(labels: Labels, wanted: Labels) -> bool:
    """Whether a selector selects what has these labels."""
    return wanted.items() <= labels.items()


def may_meet(labels: Labels, wanted: Labels) -> bool:
    """Whether something that has the one and more labels may have the other, too."""
    return all(labels.get(name, value) == value for name, value in wanted.items())


def pairs(labels: Labels) -> Iterator[str]:
    """Each label as one text, the form in which indexes hold them."""
    for name, value in labels.items():
        yield f"{name}={value}"


def first_pair(labels: Labels) -> str:
    """The one under which a selector is looked for; all that it selects have this label."""
    return min(pairs(labels))


def shown(labels: Labels) -> str:
    """Labels as people write them, sorted."""
    return ",".join(sorted(pairs(labels)))


def selector_meets(labels: Labels, selector: Mapping[str, Any]) -> bool:
    """Whether a selector with `matchLabels` and `matchExpressions` selects what has these labels.

    An empty one selects everything; an expression that cannot be read, nothing.
    """
    if not meets(labels, labels_in(selector, "matchLabels")):
        return False
    return all(_expression_meets(labels, each) for each in items(selector, "matchExpressions"))


def _expression_meets(labels: Labels, expression: Any) -> bool:
    name, operator = text(expression, "key"), text(expression, "operator")
    values = items(expression, "values")
    if operator in ("In", "NotIn"):
        return (labels.get(name) in values) == (operator == "In")
    if operator in ("Exists", "DoesNotExist"):
        return (name in labels) == (operator == "Exists")
    return False
