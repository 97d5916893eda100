"""MCP v1alpha1's messages as protobuf's own classes, from field tables written down here.

So that the bytes of Galley's encoder are judged by protobuf, and by numbers that Galley's tables
have no part in. The tables follow istio/api 1.4.0, `mcp/v1alpha1/{mcp,resource,metadata}.proto`,
and googleapis' `rpc/status.proto`.
"""

from typing import Any, TypeAlias

from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    timestamp_pb2,
)

Message: TypeAlias = Any
"""A protobuf message; its fields are known at run time only."""

_ANY, _TIMESTAMP = "google.protobuf.Any", "google.protobuf.Timestamp"
_MCP = "istio.mcp.v1alpha1"
_TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "google.rpc": {"Status": ("1 code int32", "2 message string", f"3 details {_ANY} *")},
    _MCP: {
        "SinkNode": ("1 id string", "2 annotations map"),
        "RequestResources": (
            f"1 sink_node {_MCP}.SinkNode",
            "2 collection string",
            "3 initial_resource_versions map",
            "4 response_nonce string",
            "5 error_detail google.rpc.Status",
            "6 incremental bool",
        ),
        "Resources": (
            "1 system_version_info string",
            "2 collection string",
            f"3 resources {_MCP}.Resource *",
            "4 removed_resources string *",
            "5 nonce string",
            "6 incremental bool",
        ),
        "Resource": (f"1 metadata {_MCP}.Metadata", f"2 body {_ANY}"),
        "Metadata": (
            "1 name string",
            f"2 create_time {_TIMESTAMP}",
            "3 version string",
            "4 labels map",
            "5 annotations map",
        ),
    },
    "names": {"Named": ("1 name string",)},
}
_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bool": _Field.TYPE_BOOL,
    "int32": _Field.TYPE_INT32,
    "string": _Field.TYPE_STRING,
}


def _file(package: str) -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name=package, package=package, syntax="proto3")
    file.dependency.extend((any_pb2.DESCRIPTOR.name, timestamp_pb2.DESCRIPTOR.name))
    if package == _MCP:
        file.dependency.append("google.rpc")
    for name, fields in _TABLES[package].items():
        message = file.message_type.add(name=name)
        for field in fields:
            _add(message, f".{package}.{name}", *field.split())
    return file


def _add(
    message: descriptor_pb2.DescriptorProto,
    holder: str,
    number: str,
    name: str,
    kind: str,
    repeated: str = "",
) -> None:
    field = message.field.add(name=name, number=int(number))
    many = repeated or kind == "map"
    field.label = _Field.LABEL_REPEATED if many else _Field.LABEL_OPTIONAL
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
        return
    field.type = _Field.TYPE_MESSAGE
    field.type_name = f"{holder}.{_entry(message, name)}" if kind == "map" else f".{kind}"


def _entry(message: descriptor_pb2.DescriptorProto, name: str) -> str:
    """The message of one entry of a map from text to text; its name is prescribed."""
    entry = message.nested_type.add(name=f"{name.title().replace('_', '')}Entry")
    entry.options.map_entry = True
    for number, part in enumerate(("key", "value"), start=1):
        _add(entry, "", str(number), part, "string")
    return entry.name


def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for known in (any_pb2, timestamp_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    for package in _TABLES:
        pool.AddSerializedFile(_file(package).SerializeToString())
    return pool


_POOL = _pool()


def _class(name: str) -> Message:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(name))


RequestResources = _class(f"{_MCP}.RequestResources")
Resources = _class(f"{_MCP}.Resources")
Resource = _class(f"{_MCP}.Resource")
Status = _class("google.rpc.Status")
Named = _class("names.Named")
"""Reads the name of any message that has it in its field 1, as all of Envoy's resources do."""

TYPE_PREFIX = "type.googleapis.com/"
RESOURCE_URL = f"{TYPE_PREFIX}{_MCP}.Resource"


def resource(
    name: str, version: str = "1", *, kind: str, body: bytes = b"", **metadata: object
) -> Message:
    """A `Resource`, for tests that play the server; `kind` is the full name of the body's message.

    Args:
        name: as on the wire: `namespace/name`, or `name`.
        version: of the resource.
        kind: the full name of the body's message.
        body: that message's bytes.
        metadata: further fields of `Metadata`.
    """
    return Resource(
        metadata={"name": name, "version": version, **metadata},
        body={"type_url": TYPE_PREFIX + kind, "value": body},
    )
