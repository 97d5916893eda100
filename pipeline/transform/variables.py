"""Variables in texts: `${NAME}`, `${NAME:-default}`, and `$$` for a dollar sign.

What Flux puts into manifests after it has built them (fluxcd/pkg, envsubst), as far as that needs
no shell: `:=` is the same as `:-`, an empty value counts as none where there is a default, a value
is never looked through for variables again. Its functions (`${NAME^^}`) are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TOKEN = re.compile(
    rf"""\$\$
      | \$\{{(?P<name>{_NAME})(?::[-=](?P<default>(?:(?!\$\{{)[^}}])*))?\}}
      | \$\{{(?P<bad>[^}}]{{0,60}})""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in a text."""

    name: str
    default: str | None


class MalformedError(ValueError):
    """A text has `${` and what follows is no variable."""

    def __init__(self, text: str, problem: str) -> None:
        self.text, self.problem = text, problem
        super().__init__(f"{text}: {problem}")


Parts: TypeAlias = tuple[str | Variable, ...]


def parts(text: str) -> Parts:
    """The text taken apart, with `$$` replaced.

    Raises:
        MalformedError: at the first `${` that begins no variable.
    """
    return tuple(part for part in _parts(text) if part != "")


def as_text(value: Scalar) -> str:
    """A value as YAML would write it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def typed(text: str, kind: str) -> Scalar | None:
    """The text as a `number` or `boolean` of JSON; None if it is none."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(text)
    if re.fullmatch(r"-?(0|[1-9]\d{0,17})", text):
        return int(text)
    if re.fullmatch(r"-?(0|[1-9]\d{0,17})\.\d{1,17}", text):
        return float(text)
    return None


def _parts(text: str) -> Iterator[str | Variable]:
    at = 0
    for token in _TOKEN.finditer(text):
        yield text[at : token.start()]
        at = token.end()
        if token["bad"] is not None:
            raise MalformedError(f"{token.group()}}}", _problem(token["bad"], text[at : at + 1]))
        if token["name"] is None:
            yield "$"
            continue
        default = token["default"]
        yield Variable(token["name"], None if default is None else default.replace("$$", "$"))
    yield text[at:]


def _problem(inside: str, following: str) -> str:
    if following != "}":
        return "there is no closing brace"
    if re.match(rf"{_NAME}:?[-=]", inside):
        return "a default is written `${NAME:-text}`, and has no variables in it"
    if re.match(_NAME, inside):
        return "after the name may come `:-` and a default, and nothing else"
    return "a name begins with a letter or an underscore"
