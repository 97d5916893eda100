"""The settings of `type: service-entries`."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.match import Match
from pipeline.transform.settings import TransformSettings

Domain = Annotated[
    str, Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
]


class ServiceEntriesSettings(TransformSettings):
    """Derive a synthetic ServiceEntry from each Service that matches, of the EndpointSlices, Pods
    and Nodes that the channel observes. It comes to subscribers of the companion channel."""

    type: Literal["service-entries"] = "service-entries"
    """Which transform this is."""
    match: Match = Match()
    """The Services that get an entry; by default all."""
    domain: Domain = "cluster.local"
    """What the names of Services end with in the cluster: a host is `NAME.NAMESPACE.svc.DOMAIN`."""
    trust_domain: Domain = "cluster.local"
    """The trust domain of the mesh, with which identities of workloads begin:
    `spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT`."""
