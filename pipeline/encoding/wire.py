"""What a wire is: a name, and how one resource is written on it."""

from collections.abc import Iterable
from typing import Protocol

from pipeline.model import Diagnostic, Document, Resource


class UncarriableError(ValueError):
    """A wire cannot carry a resource; every reason is a diagnostic."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(found.message for found in self.diagnostics))


class UnknownWireError(ValueError):
    """An environment asks for wires that there are not; every one is a diagnostic."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(found.message for found in self.diagnostics))


class Wire(Protocol):
    """How resources travel to one family of clients.

    Promises: encoding is a pure function; equal resources give equal bytes, in any process.
    """

    @property
    def name(self) -> str:
        """`native`; unique, in lower case."""

    def carries(self, collection: str) -> bool:
        """Whether resources of this collection exist on this wire at all."""

    def encode(self, resource: Resource, document: Document) -> bytes:
        """The resource as this wire's clients read it.

        Raises:
            UncarriableError: it has no form on this wire.
        """


class ServedWire(Wire, Protocol):
    """A wire whose clients are served over gRPC.

    What a response holds of a resource is its form: one entry of the field of resources, with tag
    and length. So a response is made by joining forms, by somebody who knows nothing of their
    content.
    """

    def form(self, collection: str, encoded: bytes, created: float) -> bytes:
        """The form of an encoded resource.

        Args:
            collection: the resource's.
            encoded: what `encode` made of it.
            created: when its key was first published, seconds since the epoch; 0: not told.
        """


class NativeWire:
    """Galley's own stream: the canonical bytes, which are what the digest is taken of."""

    name = "native"

    def carries(self, collection: str) -> bool:  # noqa: ARG002  # it carries every one
        return True

    def encode(self, resource: Resource, document: Document) -> bytes:  # noqa: ARG002  # as it is
        return resource.content
