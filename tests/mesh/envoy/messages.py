"""Envoy's messages by their names, and the manifests that stand for them."""

import importlib
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from tests.mesh.envoy.bootstrap import Json
from tests.mesh.envoy.configs import GROUPS

PREFIX = "type.googleapis.com/"
# Loaded, the messages are found by their names.
for module in (
    "config.cluster.v3.cluster",
    "config.endpoint.v3.endpoint",
    "config.listener.v3.listener",
    "config.route.v3.route",
    "extensions.filters.http.router.v3.router",
    "extensions.filters.network.http_connection_manager.v3.http_connection_manager",
    "service.discovery.v3.discovery",
):
    importlib.import_module(f"envoy.{module}_pb2")


def message(name: str, /, **fields: Any) -> Any:
    return GetMessageClass(Default().FindMessageTypeByName(name))(**fields)


def message_of(manifest: Json) -> Message:
    """The message of a manifest."""
    return parsed(url_of(manifest["kind"]), manifest["spec"])


def parsed(url: str, said: Json) -> Message:
    """A message from its JSON."""
    made: Message = json_format.ParseDict(said, message(url.removeprefix(PREFIX)))
    return made


def url_of(kind: str) -> str:
    """The type of a kind, which is group, version and kind joined by dots."""
    return PREFIX + GROUPS[kind].replace("/", ".") + "." + kind
