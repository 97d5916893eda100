"""Pilot of Istio 1.3, 1.4 and 1.5 as a subscriber (`pilot/pkg/config/coredatamodel`)."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.mesh.doubles.messages import Message
from tests.mesh.doubles.sink import Sink
from tests.mesh.doubles.stored import Change, Name, Stored, in_revision, now, stored
from tests.mesh.doubles.transport import Connection

SERVICE_ENTRIES = "istio/networking/v1alpha3/serviceentries"
SYNTHETIC = "istio/networking/v1alpha3/synthetic/serviceentries"

_1_3 = (
    "istio/networking/v1alpha3/virtualservices",
    "istio/networking/v1alpha3/gateways",
    SERVICE_ENTRIES,
    "istio/networking/v1alpha3/destinationrules",
    "istio/networking/v1alpha3/envoyfilters",
    "istio/networking/v1alpha3/sidecars",
    "istio/config/v1alpha2/httpapispecs",
    "istio/config/v1alpha2/httpapispecbindings",
    "istio/mixer/v1/config/client/quotaspecs",
    "istio/mixer/v1/config/client/quotaspecbindings",
    "istio/authentication/v1alpha1/policies",
    "istio/authentication/v1alpha1/meshpolicies",
    "istio/rbac/v1alpha1/serviceroles",
    "istio/rbac/v1alpha1/servicerolebindings",
    "istio/rbac/v1alpha1/rbacconfigs",
    "istio/rbac/v1alpha1/clusterrbacconfigs",
)
_1_4 = (*_1_3, "istio/security/v1beta1/authorizationpolicies")
_1_5 = (
    *_1_4,
    "istio/security/v1beta1/peerauthentications",
    "istio/security/v1beta1/requestauthentications",
)
COLLECTIONS: Mapping[str, tuple[str, ...]] = {"1.3": _1_3, "1.4": _1_4, "1.5": _1_5}
"""What Pilot asks for, by release: 16, 17 and 19."""

ALPHA = "networking.alpha.istio.io/"
"""In front of the annotations of synthetic entries that Pilot 1.4 reads."""


def split(name: str) -> Name:
    """Two segments are namespace and name; of anything else the first is the name."""
    segments = name.split("/")
    return (segments[0], segments[1]) if len(segments) == 2 else ("", segments[0])


def keep(resource: Message) -> Stored | None:
    """What Pilot makes of a resource: without a creation time it is new, with a bad one nothing."""
    try:
        return stored(resource, without_time=now())
    except ValueError:
        return None


class Pilot(Sink):
    """Replaces a collection by what it receives, drops what it finds invalid, and ACKs.

    Ready when each collection was answered once. A delta would be taken for the full state. Only
    ServiceEntries are compared, by version; of others any response is a full push.
    """

    def __init__(
        self, address: str | Connection, *, release: str = "1.3", revision: str = "", **given: Any
    ) -> None:
        """Prepare.

        Args:
            address: of the server.
            release: of Istio: 1.3, 1.4 or 1.5.
            revision: its own, by which 1.5 leaves out resources of others.
            given: as for `Sink`.
        """
        super().__init__(address, COLLECTIONS[release], node="", **given)
        self.revision = revision if release == "1.5" else ""
        self.pushes: Counter[str] = Counter()
        """Full pushes to proxies, by the collection that caused them."""

    @property
    def ready(self) -> bool:
        """What `/ready` says, and whether proxies are served at all."""
        return self.has_synced

    def _apply(self, response: Message) -> None:
        collection = response.collection
        self.synced_collections.add(collection)
        before, after = self.store[collection], self._kept(response)
        self.store[collection] = after
        if collection == SERVICE_ENTRIES:
            self.events += _differences(before, after)
        else:
            self.pushes[collection] += 1

    def _kept(self, response: Message) -> dict[Name, Stored]:
        kept: dict[Name, Stored] = {}
        for resource in response.resources:
            if not in_revision(resource, self.revision):
                continue
            name, found = split(resource.metadata.name), keep(resource)
            if found is None or not self._valid(response.collection, name, resource):
                self.dropped.append((response.collection, name))
            else:
                kept[name] = found
        return kept


def _differences(before: Mapping[Name, Stored], after: Mapping[Name, Stored]) -> list[Change]:
    """Content behind an equal version is not looked at."""
    changes = [
        Change("update" if name in before else "add", SERVICE_ENTRIES, name)
        for name, each in after.items()
        if name not in before or before[name].version != each.version
    ]
    return [*changes, *(Change("delete", SERVICE_ENTRIES, name) for name in before.keys() - after)]
