"""Mixer of Istio 1.3 as a subscriber (`mixer/pkg/config/mcp`)."""

from collections.abc import Collection
from typing import Any

from tests.mesh.doubles.messages import Message
from tests.mesh.doubles.sink import ApplyError, Sink
from tests.mesh.doubles.stored import Change, Name, Stored, now, stored
from tests.mesh.doubles.transport import Connection, Dialling

_POLICY = ("attributemanifests", "handlers", "instances", "rules")
_LEGACY = (  # noqa: SIM905  # a list would be a page long
    "apikeys authorizations bypasses checknothings circonuses cloudwatches deniers dogstatsds "
    "edges fluentds kubernetesenvs kuberneteses listcheckers listentries logentries memquotas "
    "metrics noops opas prometheuses quotas rbacs redisquotas reportnothings signalfxs "
    "solarwindses stackdrivers statsds stdios tracespans zipkins"
).split()
COLLECTIONS = (
    *(f"istio/policy/v1beta1/{name}" for name in _POLICY),
    *(f"istio/config/v1alpha2/{name}" for name in ("adapters", "templates")),
    *(f"istio/config/v1alpha2/legacy/{name}" for name in _LEGACY),
)
"""What Mixer asks for: policies, adapters, templates, and the kinds that were compiled in."""


def split(name: str) -> Name:
    """The last slash parts namespace and name."""
    namespace, _, rest = name.rpartition("/")
    return namespace, rest


class Mixer(Sink):
    """Waits for all collections, replaces each by what it receives.

    Except by nothing: an empty response is ACKed and counts for being synced, yet what Mixer had
    stays. What it cannot convert makes it refuse the whole response. It does not ask for
    keepalive, and leaves gRPC's own windows.
    """

    def __init__(
        self,
        address: str | Connection,
        *,
        collections: Collection[str] = COLLECTIONS,
        dialling: Dialling | None = None,
        **given: Any,
    ) -> None:
        """Prepare; `given` is as for `Sink`."""
        super().__init__(
            address,
            collections,
            node="default",
            dialling=dialling or Dialling(keepalive=None, window=None),
            **given,
        )

    def _apply(self, response: Message) -> None:
        collection = response.collection
        self.synced_collections.add(collection)
        after = dict(self._converted(collection, each) for each in response.resources)
        if not after:
            return
        before = self.store[collection]
        self.store[collection] = after
        self.events += [Change("delete", collection, name) for name in before.keys() - after]
        self.events += [Change("update", collection, name) for name in after]

    def _converted(self, collection: str, resource: Message) -> tuple[Name, Stored]:
        name = split(resource.metadata.name)
        if not self._valid(collection, name, resource):
            raise ApplyError(f"cannot convert {resource.metadata.name}")
        return name, self._kept(resource)

    def _kept(self, resource: Message) -> Stored:
        """Mixer does not look at the creation time."""
        timeless = type(resource)()
        timeless.CopyFrom(resource)
        timeless.metadata.ClearField("create_time")
        return stored(timeless, without_time=now())
