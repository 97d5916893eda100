"""Wires of meshes: resources as `istio.mcp.v1alpha1.Resource`, their bodies in Istio's messages.

Such a resource is metadata and an `Any` with the body. Its creation time, which is no content, is
left to whoever sends it: a further field 1 with the time alone, behind what is encoded here, merges
with the metadata in every protobuf parser.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pipeline.encoding.protobuf import (
    MOST_PROBLEMS,
    Generation,
    Problem,
    UnwritableError,
    encoder,
    struct,
)
from pipeline.encoding.protobuf.wire_format import nested, text, text_map
from pipeline.encoding.wire import UncarriableError
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import encoding as messages
from pipeline.schema import phrases

TYPE_URL = "type.googleapis.com/"
"""In front of a message's name."""
STRUCT = "google.protobuf.Struct"
"""The body of kinds that have no message of their own."""
VERSION_LENGTH = 32
"""Hexadecimal digits of the digest that serve as a resource's version."""

_BODY = "spec"


class MeshWire:
    """What one family of Istio's control planes is sent."""

    def __init__(
        self,
        name: str,
        *,
        clients: str,
        generation: Generation,
        bodies: Mapping[str, str],
        bare: str = "",
    ) -> None:
        """Prepare nothing yet: messages are compiled when the first resource needs them.

        Args:
            name: as the settings say it.
            clients: whose messages they are, in a sentence: `Istio 1.4 on the mcp wire`.
            generation: of the messages.
            bodies: the message by collection; these are the collections that it carries.
            bare: the collection whose message travels as it is, without metadata.
        """
        self.name = name
        self.clients = clients
        self.generation = generation
        self.bodies = bodies
        self._bare = bare

    def carries(self, collection: str) -> bool:
        return collection in self.bodies

    def encode(self, resource: Resource, document: Document) -> bytes:
        """The resource without its creation time.

        Raises:
            UncarriableError: the body does not fit its message.
        """
        collection = resource.key.collection
        body = self._body(resource, document)
        if collection == self._bare:
            return body
        packed = text(1, TYPE_URL + self.bodies[collection]) + (nested(2, body) if body else b"")
        return nested(1, _metadata(resource, document)) + nested(2, packed)

    def _body(self, resource: Resource, document: Document) -> bytes:
        problems = [self._stray(resource, name) for name in document.body if name != _BODY]
        content = b""
        try:
            content = self._writer(resource.key.collection)(document.body.get(_BODY) or {})
        except UnwritableError as error:
            problems += error.below(_BODY)
        if problems:
            raise UncarriableError(self._diagnostics(resource, problems))
        return content

    def _writer(self, collection: str) -> Callable[[object], bytes]:
        message = self.bodies[collection]
        return struct if message == STRUCT else encoder(message, self.generation).encode

    def _stray(self, resource: Resource, name: str) -> Problem:
        """A field beside the body, for which there is no place."""
        holder = resource.key.collection.rpartition("/")[2]
        return Problem(messages.UNKNOWN_FIELD, {"holder": holder, "hint": ""}, (name,))

    def _diagnostics(self, resource: Resource, problems: Sequence[Problem]) -> Iterator[Diagnostic]:
        for problem in problems[:MOST_PROBLEMS]:
            yield problem.message.report(
                key=resource.key,
                path=problem.path,
                field=phrases.field(problem.path),
                clients=self.clients,
                **problem.facts,
            )
        if len(problems) > MOST_PROBLEMS:
            yield messages.MORE_PROBLEMS.report(key=resource.key, clients=self.clients)


def _metadata(resource: Resource, document: Document) -> bytes:
    key = resource.key
    name = f"{key.namespace}/{key.name}" if key.namespace else key.name
    return (
        text(1, name)
        + text(3, resource.digest.hex()[:VERSION_LENGTH])
        + text_map(4, document.labels.items())
        + text_map(5, document.annotations.items())
    )
