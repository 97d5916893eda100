"""Labels, and the selectors that are nothing but labels which must all be there."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pipeline.analysis.fields import mapping

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
