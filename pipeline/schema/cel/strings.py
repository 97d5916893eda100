"""Functions on text: the standard ones, cel-go's strings extension (version 2), Kubernetes' regex.

Positions count characters. Patterns are RE2's, whose language Go's is.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.overloads import typed
from pipeline.schema.cel.text_format import formatted
from pipeline.schema.regex import compiled

_WHITE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def _pattern(text: str) -> Any:
    try:
        return compiled(text)
    except ValueError as error:
        raise CelError(f"error parsing regexp {text!r}") from error


@typed(str, str)
def _matches(text: str, regex: str) -> bool:
    return _pattern(regex).search(text) is not None


@typed(str, str)
def _find(text: str, regex: str) -> str:
    found = _pattern(regex).search(text)
    return found.group() if found else ""


@typed(str, str, int)
def _find_all(text: str, regex: str, most: int = -1) -> list[str]:
    found = [one.group() for one in _pattern(regex).finditer(text)]
    return found if most < 0 else found[:most]


@typed(str, int)
def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise CelError(f"index out of range: {index}")
    return text[index : index + 1]


@typed(str, str, int)
def index_of(text: str, part: str, offset: int = 0) -> int:
    """Where a part first is, from an offset on; -1: nowhere."""
    if not part:
        return offset
    if offset < 0:
        raise CelError(f"index out of range: {offset}")
    return text.find(part, offset)


@typed(str, str, int)
def last_index_of(text: str, part: str, offset: int | None = None) -> int:
    """Where a part last begins, at an offset or before; -1: nowhere."""
    if not part:
        return len(text) if offset is None else offset
    if offset is None:
        return text.rfind(part)
    if offset < 0:
        raise CelError(f"index out of range: {offset}")
    return -1 if offset >= len(text) else text.rfind(part, 0, offset + len(part))


@typed(str, str, str, int)
def _replace(text: str, old: str, new: str, most: int = -1) -> str:
    return text.replace(old, new, most)


@typed(str, str, int)
def _split(text: str, separator: str, most: int = -1) -> list[str]:
    if most == 0:
        return []
    if not separator:
        characters = list(text)
        if 0 < most < len(characters):
            return [*characters[: most - 1], "".join(characters[most - 1 :])]
        return characters
    return text.split(separator, most - 1 if most > 0 else -1)


@typed(str, int, int)
def _substring(text: str, start: int, end: int | None = None) -> str:
    last = len(text) if end is None else end
    if end is not None and start > end:
        raise CelError(f"invalid substring range. start: {start}, end: {end}")
    for place in (start, last):
        if not 0 <= place <= len(text):
            raise CelError(f"index out of range: {place}")
    return text[start:last]


_UPPER = {ord(low): low.upper() for low in "abcdefghijklmnopqrstuvwxyz"}
_LOWER = {ord(low.upper()): low for low in "abcdefghijklmnopqrstuvwxyz"}


@typed(str)
def _quote(text: str) -> str:
    return '"' + re.sub(r'[\a\b\f\n\r\t\v\\"]', lambda one: _QUOTED[one[0]], text) + '"'


_QUOTED = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
    "\\": "\\\\", '"': '\\"',
}  # fmt: skip


@typed(list, str)
def _join(items: list[Any], separator: str = "") -> str:
    for item in items:
        if type(item) is not str:
            raise CelError("join: invalid input")
    return separator.join(items)


MEMBERS: Mapping[str, Callable[..., Any]] = {
    "charAt": _char_at,
    "contains": typed(str, str)(lambda text, part: part in text),
    "endsWith": typed(str, str)(str.endswith),
    "find": _find,
    "findAll": _find_all,
    "format": formatted,
    "join": _join,
    "lowerAscii": typed(str)(lambda text: text.translate(_LOWER)),
    "matches": _matches,
    "replace": _replace,
    "split": _split,
    "startsWith": typed(str, str)(str.startswith),
    "substring": _substring,
    "trim": typed(str)(lambda text: text.strip(_WHITE)),
    "upperAscii": typed(str)(lambda text: text.translate(_UPPER)),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {"matches": _matches, "strings.quote": _quote}
