"""A client of xDS in its incremental form."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from envoy.service.discovery.v3 import discovery_pb2

from tests.mesh.doubles.messages import Message
from tests.mesh.doubles.transport import Connection
from tests.mesh.doubles.xds_client import Held, Subscription, XdsClient, detail

AGGREGATED = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"


class Delta(XdsClient):
    """Subscribes by changes to its names, and tells a new stream what it has."""

    method = AGGREGATED
    request = discovery_pb2.DeltaDiscoveryRequest
    response = discovery_pb2.DeltaDiscoveryResponse

    def __init__(self, address: str | Connection, **given: Any) -> None:
        """Prepare; `given` is as for `XdsClient`."""
        super().__init__(address, **given)
        self.initial_versions: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """What a new stream says it has, by type; follows `resources`, unless a test changes it."""

    async def subscribe(
        self, type_url: str, *names: str, initial: Mapping[str, str] | None = None
    ) -> None:
        """Ask for these names too; a type's first request without names is the wildcard.

        Args:
            type_url: of the resources.
            names: of the resources; `*` is the explicit wildcard.
            initial: what to say that the client has, with versions.
        """
        subscription = self.subscriptions.setdefault(type_url, Subscription())
        subscription.names.update(names)
        if initial is not None:
            self.initial_versions[type_url] = dict(initial)
        await self._send_if_open(
            self.request(
                type_url=type_url,
                resource_names_subscribe=names,
                initial_resource_versions=initial or {},
            )
        )

    async def unsubscribe(self, type_url: str, *names: str) -> None:
        """Ask for these names no longer, and forget them."""
        self.subscriptions[type_url].names.difference_update(names)
        for name in names:
            self._forget(type_url, name)
        await self._send_if_open(self.request(type_url=type_url, resource_names_unsubscribe=names))

    def _forget(self, type_url: str, name: str) -> None:
        self.resources[type_url].pop(name, None)
        self.initial_versions[type_url].pop(name, None)

    def _first(self, type_url: str) -> Message:
        return self.request(
            type_url=type_url,
            resource_names_subscribe=sorted(self.subscriptions[type_url].names),
            initial_resource_versions=self.initial_versions[type_url],
        )

    def _names(self, response: Message) -> list[str]:
        return [*(each.name for each in response.resources), *response.removed_resources]

    def _packed(self, response: Message) -> list[Message]:
        return [each.resource for each in response.resources if each.HasField("resource")]

    def _apply(self, response: Message) -> None:
        url = response.type_url
        for name in response.removed_resources:
            self._forget(url, name)
        for each in response.resources:
            held = Held(each.version, each.resource.type_url, each.resource.value)
            self.resources[url][each.name] = held
            self.initial_versions[url][each.name] = each.version
        self.versions[url] = response.system_version_info

    def _ack(self, response: Message) -> Message:
        return self.request(type_url=response.type_url, response_nonce=response.nonce)

    def _nack(self, response: Message, status: Message) -> Message:
        return self.request(
            type_url=response.type_url,
            response_nonce=response.nonce,
            error_detail=detail(status),
        )
