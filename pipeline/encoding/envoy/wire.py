"""The wire of Envoy: each resource is a message of its API, which travels in an `Any`.

Its name is the kind's: group, version and kind joined by dots. Secrets have none here, as what is
secret is never published.
"""

from functools import cache
from importlib.util import find_spec

from pipeline.encoding.body import body_of
from pipeline.encoding.mesh import packed
from pipeline.encoding.protobuf.wire_format import nested
from pipeline.encoding.recent import Recent
from pipeline.model import Document, Resource
from pipeline.schema.builtin.envoy import ENVOY as KINDS

EXTRA = "mesh"
"""The extra of the package that brings the messages."""
_RESOURCES = 2
"""The field of a DiscoveryResponse, and of a delta's `Resource`, that holds an `Any`."""
_NEEDED = "envoy.config.cluster.v3"


class EnvoyWire:
    """What an Envoy fetches from a management server."""

    name = "envoy"
    clients = "Envoy"
    bodies = {kind.collection: f"{kind.group}.{kind.version}.{kind.kind}" for kind in KINDS}  # noqa: RUF012  # nobody writes to it
    """The message by collection; these are the collections that it carries."""

    def __init__(self) -> None:
        self._recent = Recent()

    def carries(self, collection: str) -> bool:
        return collection in self.bodies

    def encode(self, resource: Resource, document: Document) -> bytes:
        """The message's bytes, as they stand in an `Any`.

        Raises:
            UncarriableError: the body does not fit its message, or Envoy would refuse it.
        """
        return self._recent.get(resource.digest, lambda: self._encode(resource, document))

    def form(self, collection: str, encoded: bytes, created: float) -> bytes:  # noqa: ARG002  # there is no place for it
        return nested(_RESOURCES, packed(self.bodies[collection], encoded))

    def _encode(self, resource: Resource, document: Document) -> bytes:
        from pipeline.encoding.envoy.checked import writer  # noqa: PLC0415  # 0.1 s, and an extra

        write = writer(self.bodies[resource.key.collection])
        return body_of(resource, document, write, self.clients)


ENVOY = EnvoyWire()


@cache
def is_installed() -> bool:
    """Whether Envoy's messages are there."""
    try:
        return find_spec(_NEEDED) is not None
    except ModuleNotFoundError:
        return False
