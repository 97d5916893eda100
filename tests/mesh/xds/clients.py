"""Clients of xDS without a network: what a session sends is applied as Envoy applies it."""

from dataclasses import dataclass, field
from typing import Any

from envoy.service.discovery.v3.discovery_pb2 import (
    DeltaDiscoveryRequest,
    DeltaDiscoveryResponse,
    DiscoveryRequest,
    DiscoveryResponse,
)

from galley.mesh.line import Line
from galley.mesh.member import Client
from galley.mesh.message import Message
from galley.mesh.node import Node
from galley.mesh.session import Place
from galley.mesh.xds.delta import DeltaXds
from galley.mesh.xds.sotw import Sotw
from galley.protocol.view import View


@dataclass
class Opening:
    """A stream without I/O."""

    line: Line
    companion: Line
    view: View = field(default_factory=View)
    woken: int = 0
    ended: str = ""

    def wake(self) -> None:
        self.woken += 1

    def end(self, reason: str) -> None:
        self.ended = reason

    def place(self, wire: str, node: Node) -> Place:
        return Place(self.line, self.companion, self.view)

    def client(self, wire: str, node: Node) -> Client:
        return Client("m1", wire, node.id, "tester", "127.0.0.1:1")


@dataclass
class WorldClient:
    """State of the world."""

    session: Sotw
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    """Type to name to what it is: the bytes, as text."""
    names: dict[str, list[str]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    log: list[tuple[str, int]] = field(default_factory=list)
    """Type and number of resources of each response."""

    def ask(self, url: str, *names: str, nonce: str = "", error: str = "") -> None:
        self.names[url] = list(names)
        request = DiscoveryRequest(type_url=url, resource_names=names, response_nonce=nonce)
        if error:
            request.error_detail.message = error
        self.session.take(request.SerializeToString())

    def receive(self) -> DiscoveryResponse | None:
        """The next response; not yet answered."""
        message: Message | None = self.session.next()
        if message is None:
            return None
        response = DiscoveryResponse.FromString(message.data)
        self.log.append((response.type_url, len(response.resources)))
        return response

    def answer(self, response: DiscoveryResponse, error: str = "") -> None:
        url = response.type_url
        if not error:
            self.apply(response)
        self.ask(url, *self.names[url], nonce=response.nonce, error=error)

    def apply(self, response: DiscoveryResponse) -> None:
        held = self.held.setdefault(response.type_url, {})
        if response.type_url in self.whole:
            held.clear()
        for each in response.resources:
            held[named(each)] = each.SerializeToString().hex()

    def drain(self) -> int:
        """Take and acknowledge everything that is due."""
        count = 0
        while (response := self.receive()) is not None:
            self.answer(response)
            count += 1
            assert count < 100, self.log[-10:]
        return count


@dataclass
class DeltaClient:
    """Delta."""

    session: DeltaXds
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    """Type to name to version."""
    gone: list[str] = field(default_factory=list)

    def ask(
        self,
        url: str,
        *names: str,
        drop: tuple[str, ...] = (),
        nonce: str = "",
        error: str = "",
        held: dict[str, str] | None = None,
    ) -> None:
        request = DeltaDiscoveryRequest(
            type_url=url,
            resource_names_subscribe=names,
            resource_names_unsubscribe=drop,
            response_nonce=nonce,
            initial_resource_versions=held or {},
        )
        if error:
            request.error_detail.message = error
        self.session.take(request.SerializeToString())

    def receive(self) -> DeltaDiscoveryResponse | None:
        message = self.session.next()
        return None if message is None else DeltaDiscoveryResponse.FromString(message.data)

    def answer(self, response: DeltaDiscoveryResponse, error: str = "") -> None:
        if not error:
            self.apply(response)
        self.ask(response.type_url, nonce=response.nonce, error=error)

    def apply(self, response: DeltaDiscoveryResponse) -> None:
        held = self.held.setdefault(response.type_url, {})
        names = [each.name for each in response.resources]
        assert not {*names} & {*response.removed_resources}
        assert len(names) == len({*names})
        for each in response.resources:
            held[each.name] = each.version
        for name in response.removed_resources:
            held.pop(name, None)
        self.gone += response.removed_resources

    def drain(self) -> int:
        count = 0
        while (response := self.receive()) is not None:
            self.answer(response)
            count += 1
            assert count < 100
        return count


def named(resource: Any) -> str:
    """The name in an `istio.mcp.v1alpha1.Resource`: field 1 of field 1."""
    value: bytes = resource.value
    assert value[:1] == b"\x0a"
    metadata = value[2 : 2 + value[1]]
    return metadata[2 : 2 + metadata[1]].decode()
