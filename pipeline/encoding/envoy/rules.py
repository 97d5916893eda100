"""What Envoy demands of its messages beyond their types; what breaks it, Envoy refuses.

The rules stand in the descriptors (`validate.rules`), field by field. They are made ready by what
there is to look at: fields that are set, and those that may not be absent.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple, TypeAlias

from envoy.annotations import deprecation_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from validate import validate_pb2

from pipeline.encoding.envoy.bounds import Part, Test, bounds, counts
from pipeline.encoding.envoy.descriptors import held_by, is_map
from pipeline.encoding.envoy.values import ANY
from pipeline.model import Path

Broken: TypeAlias = tuple[Path, str]
"""Where below a field, and what it must be."""
Find: TypeAlias = Callable[[Any], Iterator[Broken]]
"""From what a field holds to what is broken in it."""

_GOOGLES = "google.protobuf."
_FATAL = "envoy.config.listener.v3.AdditionalAddress.address"
"""No rule demands it, and an Envoy (1.40) that gets none dies."""
_UNTOUCHED = frozenset(
    {
        "envoy.config.core.v3.Metadata.typed_filter_metadata",
        "envoy.config.route.v3.RouteAction.retry_policy_typed_config",
        "envoy.config.route.v3.VirtualHost.retry_policy_typed_config",
    }
)
"""Whatever is in there, Envoy (1.40) takes it unseen."""
_SPECIAL = frozenset({"any", "duration", "timestamp"})
"""Messages that have rules of their own; those say for themselves that they are needed."""


class Set(NamedTuple):
    """What there is to look at in a field that is set."""

    json_name: str
    find: Find | None
    is_refused: bool
    """Whether Envoy refuses the field by default."""
    holds: str
    """`one`, `list` or `map` of messages that may have rules; empty: it holds none."""


class Absent(NamedTuple):
    """A field that may not be absent."""

    name: str
    json_name: str
    phrase: str
    """What it must be, where it is written and counts as absent."""


class Rules(NamedTuple):
    """What is demanded of one message."""

    fields: dict[str, Set]
    """By name; only those where there is something to look at."""
    needed: tuple[Absent, ...]
    oneofs: tuple[tuple[str, ...], ...]
    """The members of each oneof of which one has to be there."""


@cache
def rules_of(message: Descriptor) -> Rules:
    """The rules of a message."""
    held = {field.name: _set(field) for field in message.fields}
    return Rules(
        fields={name: each for name, each in held.items() if any(each[1:])},
        needed=tuple(each for field in message.fields if (each := _absent(field))),
        oneofs=tuple(
            tuple(field.name for field in each.fields)
            for each in message.oneofs
            if each.GetOptions().Extensions[validate_pb2.required]
        ),
    )


def _rules(field: FieldDescriptor) -> Any:
    return field.GetOptions().Extensions[validate_pb2.rules]


def _set(field: FieldDescriptor) -> Set:
    refused = field.GetOptions().Extensions[deprecation_pb2.disallowed_by_default]
    return Set(field.json_name, _finder(field), bool(refused), _holds(field))


def _holds(field: FieldDescriptor) -> str:
    held = held_by(field).message_type
    if held is None or _rules(field).message.skip or field.full_name in _UNTOUCHED:
        return ""
    if held.full_name != ANY and held.full_name.startswith(_GOOGLES):
        return ""
    return "map" if is_map(field) else "list" if field.is_repeated else "one"


def _finder(field: FieldDescriptor) -> Find | None:
    rules = _rules(field)
    if is_map(field):
        keys, values = bounds(rules.map.keys), bounds(rules.map.values, held_by(field).enum_type)
        return _if_any(_map, _counts(field), keys, values)
    if field.is_repeated:
        unique = _without_twins if rules.repeated.unique else None
        return _if_any(_list, _counts(field), unique, bounds(rules.repeated.items, field.enum_type))
    return _if_any(_one, _test(field))


def _if_any(find: Callable[..., Iterator[Broken]], *parts: Any) -> Find | None:
    return partial(find, *parts) if any(parts) else None


def _counts(field: FieldDescriptor) -> Sequence[Part]:
    """How many a list or map may have."""
    if is_map(field):
        return tuple(counts(_rules(field).map, "min_pairs", "max_pairs", "entry"))
    return tuple(counts(_rules(field).repeated, "min_items", "max_items", "item"))


def _test(field: FieldDescriptor) -> Test | None:
    """The test of a single value; some are wrapped in a message of their own."""
    rules = _rules(field)
    test = bounds(rules, field.enum_type)
    if test and field.message_type and not rules.HasField("duration"):
        return lambda held: test(held.value)
    return test


def _absent(field: FieldDescriptor) -> Absent | None:
    phrase = _phrase_of_absence(field)
    return Absent(field.name, field.json_name, phrase) if phrase else None


def _phrase_of_absence(field: FieldDescriptor) -> str:
    """What is broken when a field is absent; a member of a oneof always may be."""
    if field.is_repeated:
        return next((part.phrase for part in _counts(field) if not part.holds(())), "")
    if field.containing_oneof is not None:
        return ""
    if field.message_type is None:
        test = _test(field)
        return test(field.default_value) if test else ""
    rules = _rules(field)
    kind = rules.WhichOneof("type")
    is_needed = rules.message.required or (kind in _SPECIAL and getattr(rules, kind).required)
    return "must be there" if is_needed or field.full_name == _FATAL else ""


def _one(test: Test, held: Any) -> Iterator[Broken]:
    if phrase := test(held):
        yield (), phrase


def _list(
    parts: Sequence[Part], unique: Test | None, test: Test | None, held: Any
) -> Iterator[Broken]:
    yield from (((), part.phrase) for part in parts if not part.holds(held))
    if unique:
        yield from _one(unique, held)
    for at, item in enumerate(held if test else ()):
        if test and (phrase := test(item)):
            yield (at,), phrase


def _without_twins(held: Any) -> str:
    return "" if len(set(held)) == len(held) else "must not have an item twice"


def _map(
    parts: Sequence[Part], keys: Test | None, values: Test | None, held: Any
) -> Iterator[Broken]:
    yield from (((), part.phrase) for part in parts if not part.holds(held))
    for key in sorted(held):
        if keys and (phrase := keys(key)):
            yield (str(key),), f"has a key that {phrase}"
        if values and (phrase := values(held[key])):
            yield (str(key),), phrase
