"""How messages are written down in the tables, and what is read from there.

    HTTPRedirect: uri 1 string, authority 2 string, redirect_code 3 uint32,
      redirect_port(+port 4 uint32, +derive_port 5 RedirectPortSelection), +scheme 6 string
    enum HTTPRedirect.RedirectPortSelection: FROM_PROTOCOL_DEFAULT 0, FROM_REQUEST_PORT 1

A field is its name, number and type; `*` says repeated, parentheses hold a oneof together. As in a
difference of two files `-` begins what only the older generation has, `+` what only the newer has;
all else is of both. Names of types are looked up from the message outwards, as protobuf does;
`google.` stands for `google.protobuf.`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

_FIELD = re.compile(r"([-+]?)(\w+) (\d+)(?: (?:map<(\w+),([\w.]+)>|([\w.]+)(\*?)))?")
_ONEOF = re.compile(r"(\w+)\(([^)]*)\)")


class Generation(StrEnum):
    """Whose messages: the value is the mark of what the other one lacks."""

    ISTIO_1_4 = "-"
    TODAY = "+"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message."""

    name: str
    """As its definition spells it: `export_to`."""
    number: int
    type: str
    """`string`, `google.Duration`, or the full name of a message or enum; of a map: its values'."""
    repeated: bool = False
    key: str = ""
    """Of a map: the type of its keys."""
    oneof: str = ""

    @property
    def json_name(self) -> str:
        """As JSON spells it: `exportTo`."""
        return re.sub(r"_(.)?", lambda found: (found[1] or "").upper(), self.name)


@dataclass(frozen=True)
class Message:
    """A message with its fields in order of their numbers."""

    name: str
    """With the package."""
    fields: tuple[Field, ...]

    @property
    def short(self) -> str:
        """As people call it: `HTTPRoute`."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Enum:
    """An enum."""

    name: str
    numbers: Mapping[str, int]

    @cached_property
    def names(self) -> dict[int, str]:
        """The first name of each number."""
        return {number: name for name, number in reversed([*self.numbers.items()])}


Declared: TypeAlias = Message | Enum


def read(package: str, text: str, generation: Generation) -> dict[str, Declared]:
    """What a table declares, by full name, as one generation has it."""
    lines = text.strip().replace("\n  ", " ").splitlines()
    heads = dict(line.split(":", 1) for line in lines)
    scope = _Scope(package, frozenset(head.removeprefix("enum ") for head in heads))
    return dict(_declared(scope, head, rest, generation) for head, rest in heads.items())


def _declared(
    scope: "_Scope", head: str, rest: str, generation: Generation
) -> tuple[str, Declared]:
    if head.startswith("enum "):
        name = scope.full(head.removeprefix("enum "))
        found = _FIELD.finditer(rest)
        return name, Enum(
            name, {one[2]: int(one[3]) for one in found if one[1] in ("", generation)}
        )
    name = scope.full(head)
    return name, Message(name, tuple(_fields(scope, head, rest, generation)))


def _fields(scope: "_Scope", head: str, rest: str, generation: Generation) -> Iterator[Field]:
    alone = _ONEOF.sub("", rest)
    groups = [("", alone), *((found[1], found[2]) for found in _ONEOF.finditer(rest))]
    fields = [
        _field(scope, head, found, oneof)
        for oneof, text in groups
        for found in _FIELD.finditer(text)
        if found[1] in ("", generation)
    ]
    yield from sorted(fields, key=lambda field: field.number)


def _field(scope: "_Scope", head: str, found: re.Match[str], oneof: str) -> Field:
    _, name, number, key, of_map, plain, star = found.groups()
    kind = scope.resolve(of_map or plain, head)
    return Field(name, int(number), kind, repeated=bool(star), key=key or "", oneof=oneof)


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names of one package."""

    package: str
    names: frozenset[str]

    def full(self, name: str) -> str:
        return f"{self.package}.{name}"

    def resolve(self, name: str, inside: str) -> str:
        """The full name of what a message means by a name; a type of protobuf's own as it is."""
        scope = inside
        while scope:
            if f"{scope}.{name}" in self.names:
                return self.full(f"{scope}.{name}")
            scope = scope.rpartition(".")[0]
        return self.full(name) if name in self.names else name
