"""Label selectors as Kubernetes writes them: `app=web,tier in (a, b),!legacy`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_PART = re.compile(
    r"""\s*(?:
        (?P<absent>!)\s*(?P<missing>[^\s=!,()]+)
      | (?P<label>[^\s=!,()]+)\s*(?:
            (?P<equality>==|=|!=)\s*(?P<value>[^\s=!,()]*)
          | \s(?P<set>in|notin)\s*\((?P<values>[^()]*)\)
        )?
    )\s*(?:,|$)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label."""

    label: str
    values: frozenset[str] | None
    """The values meant; None: any."""
    wanted: bool
    """False turns it round: the label is absent, or has none of the values."""

    def holds(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.label)
        met = value is not None and (self.values is None or value in self.values)
        return met is self.wanted


@dataclass(frozen=True, slots=True)
class Selector:
    """Conditions that must all hold; without any it selects everything."""

    requirements: tuple[Requirement, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `app=web, tier!=db, env in (a,b), env notin (c), owner, !legacy`.

        Raises:
            ValueError: the text is no selector.
        """
        requirements, at = [], 0
        while at < len(text.rstrip()):
            part = _PART.match(text, at)
            if part is None or (part.end() == len(text) and text.rstrip().endswith(",")):
                raise ValueError(f"{text!r} is no label selector; write app=web,tier in (a,b),!old")
            requirements.append(_requirement(part))
            at = part.end()
        return cls(tuple(requirements))

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(requirement.holds(labels) for requirement in self.requirements)


def _requirement(part: re.Match[str]) -> Requirement:
    if part["absent"]:
        return Requirement(part["missing"], None, wanted=False)
    if part["equality"]:
        return Requirement(part["label"], frozenset((part["value"],)), part["equality"] != "!=")
    if part["set"]:
        values = frozenset(value.strip() for value in part["values"].split(","))
        return Requirement(part["label"], values, part["set"] == "in")
    return Requirement(part["label"], None, wanted=True)
