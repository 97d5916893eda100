"""A client of xDS in its state-of-the-world form."""

from collections.abc import Iterable
from typing import Any

from envoy.service.discovery.v3 import discovery_pb2

from tests.mesh.doubles.messages import Message
from tests.mesh.doubles.transport import Connection
from tests.mesh.doubles.xds_client import FULL_STATE, Held, Subscription, XdsClient, detail, name_of

AGGREGATED = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"


class StateOfTheWorld(XdsClient):
    """Subscribes by the whole list of names; what a response means depends on the type."""

    method = AGGREGATED
    request = discovery_pb2.DiscoveryRequest
    response = discovery_pb2.DiscoveryResponse

    def __init__(
        self, address: str | Connection, *, full_state: Iterable[str] = FULL_STATE, **given: Any
    ) -> None:
        """Prepare.

        Args:
            address: of the server.
            full_state: types of which a response replaces all; of others it adds.
            given: as for `XdsClient`.
        """
        super().__init__(address, **given)
        self._full_state = frozenset(full_state)

    async def subscribe(self, type_url: str, *names: str) -> None:
        """Ask for these names from now on, instead of any others; none at first is the wildcard."""
        subscription = self.subscriptions.setdefault(type_url, Subscription())
        subscription.names = set(names)
        await self._send_if_open(self._request(type_url))

    def _first(self, type_url: str) -> Message:
        return self._request(type_url)

    def _request(self, type_url: str, **fields: Any) -> Message:
        """As things are: the version that was accepted, the last nonce, and the names."""
        subscription = self.subscriptions.setdefault(type_url, Subscription())
        return self.request(
            type_url=type_url,
            version_info=self.versions.get(type_url, ""),
            response_nonce=subscription.nonce,
            resource_names=sorted(subscription.names),
            **fields,
        )

    def _names(self, response: Message) -> list[str]:
        return [name_of(each) for each in response.resources]

    def _packed(self, response: Message) -> list[Message]:
        return list(response.resources)

    def _apply(self, response: Message) -> None:
        url = response.type_url
        if url in self._full_state:
            self.resources[url].clear()
        for each in response.resources:
            held = Held(response.version_info, each.type_url, each.value)
            self.resources[url][name_of(each)] = held
        self.versions[url] = response.version_info

    def _ack(self, response: Message) -> Message:
        self.subscriptions.setdefault(response.type_url, Subscription()).nonce = response.nonce
        return self._request(response.type_url)

    def _nack(self, response: Message, status: Message) -> Message:
        """With the version of what was accepted before."""
        self.subscriptions.setdefault(response.type_url, Subscription()).nonce = response.nonce
        return self._request(response.type_url, error_detail=detail(status))
