"""Text to tokens, by the lexis of the CEL language definition (github.com/google/cel-spec)."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline.schema.cel.errors import CelSyntaxError
from pipeline.schema.cel.values import LARGEST_UINT, Uint
from pipeline.schema.digits import whole


class Token(NamedTuple):
    """One token; `value` is that of a literal."""

    kind: str
    """`literal`, `name`, `end`, or the operator or bracket itself."""
    text: str
    at: int
    value: Any = None


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|//[^\n]*)
    |(?P<string>[bB]?[rR]?(?:\"\"\"(?s:.*?)(?<!\\)(?:\\\\)*\"\"\"|'''(?s:.*?)(?<!\\)(?:\\\\)*'''
        |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'))
    |(?P<raw>[rR][bB]?(?:\"\"\"(?s:.*?)\"\"\"|'''(?s:.*?)'''|"[^"\r\n]*"|'[^'\r\n]*'))
    |(?P<float>(?:[0-9]+\.[0-9]+|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)
    |(?P<int>0[xX][0-9a-fA-F]+[uU]?|[0-9]+[uU]?)
    |(?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
    |(?P<operator>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "null": None}
_WORDS_OF_OTHER_LANGUAGES = (
    "as break const continue else for function if import let loop package namespace return var"
    " void while"
)
RESERVED = frozenset(_WORDS_OF_OTHER_LANGUAGES.split())
"""Words that are no names."""
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\?\"'`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})"
    r"|([0-3][0-7]{2})|(.|\n|$))"
)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def tokens(text: str) -> Iterator[Token]:
    """The tokens, and at last one of kind `end`.

    Raises:
        CelSyntaxError: something in the text is no token.
    """
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise error(text, at, f"{text[at]!r} is not expected here")
        if found.lastgroup != "space":
            yield _token(text, found.lastgroup, found[0], at)
        at = found.end()
    yield Token("end", "", at)


def error(text: str, at: int, problem: str) -> CelSyntaxError:
    """The error at this place of the text."""
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return CelSyntaxError(f"{problem} (line {line}, column {column})")


def _token(text: str, group: str, found: str, at: int) -> Token:
    if group == "operator":
        return Token(found, found, at)
    if group == "name":
        if found in _WORDS:
            return Token("literal", found, at, _WORDS[found])
        if found in RESERVED:
            raise error(text, at, f"{found!r} is a reserved word")
        return Token("in" if found == "in" else "name", found, at)
    if group == "float":
        return Token("literal", found, at, float(found))
    if group == "int":
        return Token("literal", found, at, _integer(text, found, at))
    return Token("literal", found, at, _string(text, found, at))


def _integer(text: str, found: str, at: int) -> int:
    """An int may be one too large here: with a minus before it it fits."""
    digits = found.rstrip("uU")
    most = 2**63 if digits == found else LARGEST_UINT
    value = int(digits, 16) if digits[:2].lower() == "0x" else whole(digits, most)
    if value is None or value > most:
        raise error(text, at, "the number is too large")
    return value if digits == found else Uint(value)


def _string(text: str, found: str, at: int) -> str | bytes:
    prefix = found[: re.search("[\"']", found).start()].lower()  # type: ignore[union-attr]  # it has quotes
    quote = 3 if found[len(prefix) :].startswith(('"""', "'''")) else 1
    inner = found[len(prefix) + quote : -quote]
    if "b" in prefix:
        return inner.encode() if "r" in prefix else _bytes(text, inner, at)
    return inner if "r" in prefix else _ESCAPE.sub(lambda one: _escape(text, one, at), inner)


def _escape(text: str, found: re.Match[str], at: int) -> str:
    plain, byte, short, long, octal, other = found.groups()
    if other is not None:
        raise error(text, at, f"{found[0]!r} is no escape")
    if plain:
        return _PLAIN.get(plain, plain)
    code = int(octal, 8) if octal else int(byte or short or long, 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise error(text, at, f"{found[0]!r} is no character")
    return chr(code)


def _bytes(text: str, inner: str, at: int) -> bytes:
    made, end = b"", 0
    for found in _ESCAPE.finditer(inner):
        made += inner[end : found.start()].encode()
        _, byte, _, _, octal, _ = found.groups()
        if byte or octal:
            made += bytes((int(byte, 16) if byte else int(octal, 8),))
        else:
            made += _escape(text, found, at).encode()
        end = found.end()
    return made + inner[end:].encode()
