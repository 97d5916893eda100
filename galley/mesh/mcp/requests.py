"""RequestResources of istio.mcp.v1alpha1, read from its bytes."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from galley.mesh.node import NODE_LENGTH
from galley.mesh.session import StreamError

_NESTED = Field.TYPE_MESSAGE
UNIMPLEMENTED = 12
"""google.rpc.Code of a sink that does not know a collection."""


class Request:
    """What a sink says; what it repeats in every acknowledgement is looked at when it is asked."""

    __slots__ = ("_said", "code", "collection", "error", "incremental", "nonce")

    def __init__(self, said: Any) -> None:
        self._said = said
        self.collection: str = said.collection
        self.nonce: str = said.response_nonce
        self.incremental: bool = said.incremental
        self.code = 0
        """google.rpc.Code of the refusal; 0: none was told."""
        self.error: str | None = None
        """Why it refuses; None: it does not."""
        if said.HasField("error_detail"):
            self.code = said.error_detail.code
            self.error = said.error_detail.message or f"code {self.code}, no reason given"

    @property
    def sink(self) -> str:
        return str(self._said.sink_node.id[:NODE_LENGTH])

    @property
    def held(self) -> Mapping[str, str]:
        """Version by name of what it has from an earlier stream."""
        found: Mapping[str, str] = self._said.initial_resource_versions
        return found

    def told(self) -> Mapping[str, str]:
        """What the sink tells of itself besides its id."""
        return dict(self._said.sink_node.annotations)


def read(data: bytes) -> Request:
    """The request in these bytes.

    Raises:
        StreamError: there is none.
    """
    try:
        return Request(_MESSAGE.FromString(data))
    except DecodeError as error:
        raise StreamError("INVALID_ARGUMENT", f"this is no RequestResources: {error}") from error


def _message_class() -> Any:
    """The message, as far as it is looked at."""
    node = _message("SinkNode", id=1)
    _add_map(node, "annotations", 2)
    request = _message("RequestResources", collection=2, response_nonce=4)
    request.field.add(name="sink_node", number=1, type=_NESTED, type_name="SinkNode")
    _add_map(request, "initial_resource_versions", 3)
    request.field.add(name="error_detail", number=5, type=_NESTED, type_name="Status")
    request.field.add(name="incremental", number=6, type=Field.TYPE_BOOL)
    status = _message("Status", message=2)
    status.field.add(name="code", number=1, type=Field.TYPE_INT32)
    pool = DescriptorPool()
    pool.Add(FileDescriptorProto(name="mcp", syntax="proto3", message_type=[node, request, status]))
    return GetMessageClass(pool.FindMessageTypeByName("RequestResources"))


def _message(name: str, **texts: int) -> DescriptorProto:
    """A message with these fields of text."""
    made = DescriptorProto(name=name)
    for called, number in texts.items():
        made.field.add(name=called, number=number, type=Field.TYPE_STRING)
    return made


def _add_map(message: DescriptorProto, name: str, number: int) -> None:
    """A field with a map from text to text, of which each entry is a message."""
    entry = message.nested_type.add()
    entry.CopyFrom(_message(name.title().replace("_", "") + "Entry", key=1, value=2))
    entry.options.map_entry = True
    kind = f"{message.name}.{entry.name}"
    message.field.add(
        name=name, number=number, type=_NESTED, type_name=kind, label=Field.LABEL_REPEATED
    )


_MESSAGE = _message_class()
