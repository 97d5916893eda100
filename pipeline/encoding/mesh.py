"""Wires of meshes: resources as `istio.mcp.v1alpha1.Resource`, their bodies in Istio's messages.

Such a resource is metadata and an `Any` with the body. Its creation time, which is no content, is
not encoded with it but added in its form: a further field 1 with the time alone, behind what is
encoded here, merges with the metadata in every protobuf parser.
"""

from collections.abc import Callable, Mapping

from pipeline.encoding.body import body_of
from pipeline.encoding.protobuf import Generation, encoder, struct
from pipeline.encoding.protobuf.wire_format import integer, nested, text, text_map
from pipeline.encoding.recent import Recent
from pipeline.model import Document, Resource

TYPE_URL = "type.googleapis.com/"
"""In front of a message's name."""
STRUCT = "google.protobuf.Struct"
"""The body of kinds that have no message of their own."""
RESOURCE = "istio.mcp.v1alpha1.Resource"
VERSION_LENGTH = 32
"""Hexadecimal digits of the digest that serve as a resource's version."""


class MeshWire:
    """What one family of Istio's control planes is sent."""

    def __init__(
        self,
        name: str,
        *,
        clients: str,
        generation: Generation,
        bodies: Mapping[str, str],
        field: int,
        packed: bool = False,
        bare: str = "",
    ) -> None:
        """Prepare nothing yet: messages are compiled when the first resource needs them.

        Args:
            name: as the settings say it.
            clients: whose messages they are, in a sentence: `Istio 1.4 on the mcp wire`.
            generation: of the messages.
            bodies: the message by collection; these are the collections that it carries.
            field: number of the field that holds the resources of a response.
            packed: whether each of them is in an `Any`.
            bare: the collection whose message travels as it is, without metadata.
        """
        self.name = name
        self.clients = clients
        self.generation = generation
        self.bodies = bodies
        self._field = field
        self._packed = packed
        self._bare = bare
        self._recent = Recent()

    def carries(self, collection: str) -> bool:
        return collection in self.bodies

    def encode(self, resource: Resource, document: Document) -> bytes:
        """The resource without its creation time.

        Raises:
            UncarriableError: the body does not fit its message.
        """
        return self._recent.get(resource.digest, lambda: self._encode(resource, document))

    def form(self, collection: str, encoded: bytes, created: float) -> bytes:
        if collection == self._bare:
            return nested(self._field, packed(self.bodies[collection], encoded))
        if created:
            encoded += nested(1, nested(2, _timestamp(created)))
        return nested(self._field, packed(RESOURCE, encoded) if self._packed else encoded)

    def _encode(self, resource: Resource, document: Document) -> bytes:
        collection = resource.key.collection
        body = body_of(resource, document, self._writer(collection), self.clients)
        if collection == self._bare:
            return body
        content = packed(self.bodies[collection], body)
        return nested(1, self._metadata(resource, document)) + nested(2, content)

    def _metadata(self, resource: Resource, document: Document) -> bytes:
        """An istiod drops what has no slash in its name, whatever stands in front of it."""
        key = resource.key
        slashed = key.namespace or self._packed
        return (
            text(1, f"{key.namespace}/{key.name}" if slashed else key.name)
            + text(3, resource.digest.hex()[:VERSION_LENGTH])
            + text_map(4, document.labels.items())
            + text_map(5, document.annotations.items())
        )

    def _writer(self, collection: str) -> Callable[[object], bytes]:
        message = self.bodies[collection]
        return struct if message == STRUCT else encoder(message, self.generation).encode


def packed(message: str, content: bytes) -> bytes:
    """An `Any` (google/protobuf/any.proto) with a message of that full name."""
    return text(1, TYPE_URL + message) + (nested(2, content) if content else b"")


def _timestamp(seconds: float) -> bytes:
    """A time since the epoch, to the microsecond."""
    whole, rest = divmod(round(seconds * 1_000_000), 1_000_000)
    return integer(1, whole) + integer(2, rest * 1000)
