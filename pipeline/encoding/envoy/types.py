"""Envoy's messages by their full names, from the package `xds-protos`.

Extensions are named inside resources (`@type`), so their modules are imported when a resource first
names them: each package of messages is a folder of that name. All of them would take half a second
and 20 MB.
"""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

_NAME = re.compile(r"(envoy|google\.protobuf|udpa|xds)((?:\.[a-z][a-z0-9_]*)*)((?:\.[A-Z]\w*)+)")
_OLD = re.compile(r"envoy\.(?!.*\.v3(alpha)?\.)")


class UnknownTypeError(LookupError):
    """There is no message of that name."""

    def __init__(self, name: str, hint: str = "") -> None:
        self.name = name
        self.hint = hint
        super().__init__(f"there is no message {name}{hint}")


def descriptor(name: str) -> Descriptor:
    """The message of that full name.

    Raises:
        UnknownTypeError: there is none, or it is of an API that Envoy reads no more.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise UnknownTypeError(name)
    if _OLD.match(name):
        raise UnknownTypeError(name, "; it is of the API v2, which no Envoy reads any more")
    names = _messages(found[1] + found[2])
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.8)
        raise UnknownTypeError(name, f"; did you mean {near[0]}" if near else "")
    return names[name]


@cache
def parser(message: Descriptor) -> Callable[[bytes], Message]:
    """What reads the bytes of a message."""
    return GetMessageClass(message).FromString


@cache
def _messages(package: str) -> dict[str, Descriptor]:
    """Every message of a package by its full name; none if there is no such package."""
    try:
        folder = importlib.import_module(package)
    except ModuleNotFoundError:
        return {}
    modules = [each.name for each in pkgutil.iter_modules(folder.__path__)]
    files = [
        importlib.import_module(f"{package}.{name}").DESCRIPTOR
        for name in sorted(modules)
        if name.endswith("_pb2")
    ]
    return {
        each.full_name: each
        for file in files
        for top in file.message_types_by_name.values()
        for each in _with_nested(top)
    }


def _with_nested(message: Descriptor) -> Iterator[Descriptor]:
    yield message
    for each in message.nested_types:
        yield from _with_nested(each)
