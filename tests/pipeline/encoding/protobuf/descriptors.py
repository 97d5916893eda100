"""The tables as google.protobuf knows messages, made while the tests run."""

from functools import cache
from typing import Any

from google.protobuf import (  # noqa: F401  # the pool knows the messages of what is imported
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    message_factory,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from google.protobuf.message import Message as GoogleMessage

from pipeline.encoding.protobuf import Generation, catalogue, tables
from pipeline.encoding.protobuf.notation import Enum, Field, Message, read

_Proto = descriptor_pb2.FieldDescriptorProto
_GOOGLES = ("duration", "struct", "timestamp", "wrappers")


@cache
def message_class(name: str, generation: Generation) -> type[GoogleMessage]:
    """The class of the message of that full name."""
    found = _pool(generation).FindMessageTypeByName(name)
    return message_factory.GetMessageClass(found)


def class_of(name: str, package: str, text: str) -> type[GoogleMessage]:
    """The class of a message that is written down here, of scalars and protobuf's own."""
    pool = _googles()
    pool.AddSerializedFile(_file(package, text, Generation.TODAY).SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))


def _googles() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for name in _GOOGLES:
        pool.AddSerializedFile(globals()[f"{name}_pb2"].DESCRIPTOR.serialized_pb)
    return pool


@cache
def _pool(generation: Generation) -> descriptor_pool.DescriptorPool:
    pool = _googles()
    added: set[str] = set()
    for package in tables.TEXTS:
        _add(pool, package, generation, added)
    return pool


def _add(
    pool: descriptor_pool.DescriptorPool, package: str, generation: Generation, added: set[str]
) -> None:
    if package in added:
        return
    added.add(package)
    file = _file(package, tables.TEXTS[package], generation)
    for needed in file.dependency:
        if not needed.startswith("google/"):
            _add(pool, needed, generation, added)
    pool.AddSerializedFile(file.SerializeToString())


def _file(package: str, text: str, generation: Generation) -> descriptor_pb2.FileDescriptorProto:
    declared = read(package, text, generation)
    file = descriptor_pb2.FileDescriptorProto(name=package, package=package, syntax="proto3")
    file.dependency.extend(f"google/protobuf/{name}.proto" for name in _GOOGLES)
    made: dict[str, Any] = {package: file}
    for name, each in sorted(declared.items()):
        holder = made[name.rpartition(".")[0]]
        if isinstance(each, Enum):
            _enum(holder, each)
        else:
            made[name] = (holder.nested_type if holder is not file else file.message_type).add()
            _message(made[name], each)
    used = {_package(field.type) for each in declared.values() for field in _fields(each)}
    file.dependency.extend(sorted(used - {"", package}))
    return file


def _fields(declared: Message | Enum) -> tuple[Field, ...]:
    return declared.fields if isinstance(declared, Message) else ()


def _package(kind: str) -> str:
    found = [each for each in tables.TEXTS if kind.startswith(f"{each}.")]
    return max(found, key=len, default="")


def _enum(holder: Any, enum: Enum) -> None:
    made = holder.enum_type.add(name=enum.name.rpartition(".")[2])
    for name, number in sorted(enum.numbers.items(), key=lambda item: item[1]):
        made.value.add(name=name, number=number)


def _message(made: Any, message: Message) -> None:
    made.name = message.short
    oneofs = list(dict.fromkeys(field.oneof for field in message.fields if field.oneof))
    for oneof in oneofs:
        made.oneof_decl.add(name=oneof)
    for field in message.fields:
        one = made.field.add(name=field.name, number=field.number)
        one.label = _Proto.LABEL_OPTIONAL
        if field.repeated or field.key:
            one.label = _Proto.LABEL_REPEATED
        if field.key:
            one.type_name = _entry(made, message, field)
        else:
            _type(one, field.type)
        if field.oneof:
            one.oneof_index = oneofs.index(field.oneof)


def _entry(made: Any, message: Message, field: Field) -> str:
    """The message that an entry of a map is; its name is prescribed."""
    name = "".join(part[:1].upper() + part[1:] for part in field.name.split("_")) + "Entry"
    entry = made.nested_type.add(name=name)
    entry.options.map_entry = True
    for number, (part, kind) in enumerate((("key", field.key), ("value", field.type)), start=1):
        one = entry.field.add(name=part, number=number, label=_Proto.LABEL_OPTIONAL)
        _type(one, kind)
    return f".{message.name}.{name}"


def _type(one: Any, kind: str) -> None:
    """Whether a name is one of a message or an enum, the pool finds out."""
    if catalogue.is_scalar(kind):
        one.type = _Proto.Type.Value(f"TYPE_{kind.upper()}")
    elif catalogue.is_googles(kind):
        one.type_name = f".google.protobuf.{kind.removeprefix('google.')}"
    else:
        one.type_name = f".{kind}"
