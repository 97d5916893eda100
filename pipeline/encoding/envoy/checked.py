"""A message written, and held against what Envoy demands of it.

The rules are applied to the message as it was written, so that defaults count as they do for Envoy;
what breaks them is located in the value that it was written from.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

from pipeline.encoding.envoy.descriptors import encoder
from pipeline.encoding.envoy.rules import Rules, rules_of
from pipeline.encoding.envoy.types import descriptor, parser
from pipeline.encoding.envoy.values import ANY
from pipeline.encoding.protobuf.problems import MOST_PROBLEMS, Problem, UnwritableError
from pipeline.encoding.protobuf.scalars import Writer
from pipeline.model import Path
from pipeline.model.messages import encoding as messages

_GOOGLES = "google.protobuf."


@cache
def writer(name: str) -> Writer:
    """What writes the message of that full name, if Envoy would take it.

    Raises:
        UnknownTypeError: there is no such message.
    """
    message = descriptor(name)
    encode, parse = encoder(message).encode, parser(message)

    def write(value: object) -> bytes:
        written = encode(value)
        problems = list(islice(_broken(parse(written), value, ()), MOST_PROBLEMS + 1))
        if problems:
            raise UnwritableError(problems)
        return written

    return write


def _broken(message: Any, value: Any, path: Path) -> Iterator[Problem]:
    """The rules that a message breaks, which was written from a mapping."""
    rules = rules_of(message.DESCRIPTOR)
    listed = message.ListFields()
    present = {field.name for field, _ in listed}
    if rules.needed or rules.oneofs:
        yield from _missing(rules, present, value, path)
    for field, held in listed:
        found = rules.fields.get(field.name)
        if found is None:
            continue
        name = _spelled(field.name, found.json_name, value)
        below = (*path, name)
        if found.is_refused:
            yield Problem(messages.REFUSED_BY_DEFAULT, {}, below)
        for step, phrase in found.find(held) if found.find else ():
            yield _problem(phrase, (*below, *step))
        if found.holds:
            yield from _inside(found.holds, held, value[name], below)


def _missing(rules: Rules, present: set[str], value: Any, path: Path) -> Iterator[Problem]:
    for name, json_name, phrase in rules.needed:
        if name in present:
            continue
        spelled = _spelled(name, json_name, value)
        if value.get(spelled) is None:
            yield _problem(f"needs {name}", path)
        else:
            yield _problem(phrase, (*path, spelled))
    for members in rules.oneofs:
        if present.isdisjoint(members):
            yield _problem(f"needs {_either(members)}", path)


def _inside(holds: str, held: Any, value: Any, path: Path) -> Iterator[Problem]:
    if holds == "one":
        yield from _message(held, value, path)
    elif holds == "list":
        for at, item in enumerate(held):
            yield from _message(item, value[at], (*path, at))
    else:
        written = {str(key): each for key, each in value.items()}
        for key in sorted(held):
            yield from _message(held[key], written[str(key)], (*path, str(key)))


def _message(held: Any, value: Any, path: Path) -> Iterator[Problem]:
    if held.DESCRIPTOR.full_name != ANY:
        yield from _broken(held, value, path)
        return
    name = held.type_url.rpartition("/")[2]
    if not name.startswith(_GOOGLES):
        yield from _broken(parser(descriptor(name))(held.value), value, path)


def _spelled(name: str, json_name: str, value: Any) -> str:
    """Which of its two names a field has in the value; null is as if it were not there."""
    return name if value.get(name) is not None else json_name


def _either(members: tuple[str, ...]) -> str:
    *others, last = members
    return f"{', '.join(others)} or {last}" if others else last


def _problem(phrase: str, path: Path) -> Problem:
    return Problem(messages.RULE_BROKEN, {"problem": phrase}, path)
