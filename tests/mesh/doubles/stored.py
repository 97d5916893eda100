"""What Istio's clients keep of a resource, and what keeps them from reading one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from google.protobuf.message import DecodeError

from pipeline.encoding.protobuf import Generation, decode
from pipeline.encoding.protobuf.reading import WELL_KNOWN
from tests.mesh.doubles.messages import Message
from tests.pipeline.encoding.protobuf.descriptors import message_class

REVISION_LABEL = "istio.io/rev"

_1970 = datetime(1970, 1, 1, tzinfo=UTC)


Name: TypeAlias = tuple[str, str]
"""Namespace and name of a resource, as a client took them apart."""


Judge: TypeAlias = Callable[[str, Name, Message], bool]
"""Whether a client's own validation passes a resource, given its collection or type, and name."""


class Change(NamedTuple):
    """Something that a client told its own listeners."""

    what: str
    """`add`, `update` or `delete`."""
    subject: str
    name: Name


@dataclass(frozen=True)
class Stored:
    """A resource in a client's store."""

    version: str
    type_url: str
    body: bytes
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    create_time: datetime

    def content(self, generation: Generation) -> dict[str, Any]:
        """The body as JSON."""
        name = kind(self.type_url)
        if name == "google.protobuf.Struct":
            return dict(WELL_KNOWN["google.Struct"](self.body))
        return decode(name, self.body, generation)


def stored(resource: Message, *, without_time: datetime, version: str = "") -> Stored:
    """What is kept.

    Args:
        resource: an `istio.mcp.v1alpha1.Resource`.
        without_time: the creation time of one that has none.
        version: of one that has none.

    Raises:
        ValueError: the creation time is none that protobuf allows.
    """
    metadata = resource.metadata
    return Stored(
        version=metadata.version or version,
        type_url=resource.body.type_url,
        body=resource.body.value,
        labels=dict(metadata.labels),
        annotations=dict(metadata.annotations),
        create_time=_time(metadata) if metadata.HasField("create_time") else without_time,
    )


def _time(metadata: Message) -> datetime:
    seconds, nanos = metadata.create_time.seconds, metadata.create_time.nanos
    if not 0 <= nanos < 1_000_000_000:
        raise ValueError(f"{nanos} nanoseconds")
    try:
        return _1970 + timedelta(seconds=seconds, microseconds=nanos // 1000)
    except OverflowError as error:
        raise ValueError(f"{seconds} seconds") from error


def now() -> datetime:
    return datetime.now(UTC)


def epoch() -> datetime:
    """The time that an absent protobuf timestamp stands for."""
    return _1970


def kind(type_url: str) -> str:
    """The message's name; the prefix says nothing."""
    return type_url.rpartition("/")[2]


def unreadable(resource: Message, generation: Generation) -> str:
    """Why the body cannot be read by who knows this generation of Istio; empty if it can."""
    body = resource.body
    if not resource.HasField("body") or not body.type_url:
        return "message type url is empty"
    try:
        message_class(kind(body.type_url), generation).FromString(body.value)
    except KeyError:
        return f'any: message type "{kind(body.type_url)}" isn\'t linked in'
    except DecodeError as error:
        return str(error)
    return ""


def in_revision(resource: Message, revision: str) -> bool:
    """Whether a client of that revision takes the resource; one without a revision takes all."""
    labels = resource.metadata.labels
    return not revision or labels.get(REVISION_LABEL, revision) == revision
