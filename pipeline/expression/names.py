"""Which names an expression uses, found in its text without parsing all of CEL.

A name that stands behind a dot is a field of something else and does not count. What cannot be told
apart, such as a variable of a comprehension with the same name, counts: too much is found rather
than too little.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

Token: TypeAlias = tuple[str, str]
"""The kind of a token and its text."""

_TOKEN = re.compile(
    r"""
      (?P<skipped> \s+ | //[^\n]*)
    | (?P<raw> (?:[rR][bB]?|[bB][rR]) (?: "{3}.*?"{3} | '{3}.*?'{3} | "[^"]*" | '[^']*' ))
    | (?P<text> [bB]? (?: "{3}(?:\\.|.)*?"{3} | '{3}(?:\\.|.)*?'{3}
                        | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' ))
    | (?P<name> [A-Za-z_][A-Za-z0-9_]*)
    | (?P<number> [0-9]+)
    | (?P<other> .)
    """,
    re.VERBOSE | re.DOTALL,
)
_END: Token = ("", "")
_DOT: Token = ("other", ".")
_CLOSING = frozenset(")]}")


def selections(text: str, root: str) -> Iterator[tuple[str, ...]]:
    """For each use of a name, the fields that are selected from it one after the other.

    They end where anything but a field follows, such as an index or a call.
    """
    tokens = [
        (str(match.lastgroup), match.group())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "skipped"
    ]
    for at, token in enumerate(tokens):
        if token == ("name", root) and not _is_field(tokens, at):
            yield tuple(_selected(tokens, at + 1))


def _is_field(tokens: list[Token], at: int) -> bool:
    """Whether the name is selected from what stands before it; a leading dot selects nothing."""
    before = [_END, _END, *tokens[:at]]
    if before[-1] == ("other", "?"):  # object.?name
        before = before[:-1]
    kind, text = before[-2]
    return before[-1] == _DOT and (kind in {"name", "text", "raw"} or text in _CLOSING)


def _selected(tokens: list[Token], at: int) -> Iterator[str]:
    """The names that follow, each after a dot, up to a call or anything else."""
    following = [*tokens[at:], _END, _END, _END]
    while following[0] == _DOT:
        step = 2 if following[1] == ("other", "?") else 1  # .?name is optional
        kind, name = following[step]
        if kind != "name" or following[step + 1] == ("other", "("):
            return
        yield name
        following = following[step + 1 :]
