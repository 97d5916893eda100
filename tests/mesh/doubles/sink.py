"""MCP's sink, the half that Pilot and Mixer share (Istio's `pkg/mcp/sink`)."""

import random
from abc import abstractmethod
from collections.abc import Collection, Iterable

import grpc

from pipeline.encoding.protobuf import Generation
from tests.mesh.doubles import messages
from tests.mesh.doubles.client import Client
from tests.mesh.doubles.messages import Message
from tests.mesh.doubles.pauses import Fixed, Pauses
from tests.mesh.doubles.stored import Change, Judge, Name, Stored, unreadable
from tests.mesh.doubles.transport import Connection, Dialling

METHOD = "/istio.mcp.v1alpha1.ResourceSource/EstablishResourceStream"


def _code(code: grpc.StatusCode) -> int:
    return int(code.value[0])


class ApplyError(Exception):
    """The client cannot apply a response, which it refuses as an invalid argument."""


class CrashError(Exception):
    """The real client would have died of this."""


class Sink(Client):
    """Asks for collections, answers each response at once, and remembers versions.

    One stream; all first requests before anything is read, in random order as Go's maps have it;
    ACK or NACK by the sink's rules; a new stream 1 s after any end, for ever.
    """

    method = METHOD
    request = messages.RequestResources
    response = messages.Resources

    def __init__(
        self,
        address: str | Connection,
        collections: Collection[str],
        *,
        node: str,
        incremental: bool = False,
        valid: Judge = lambda *_: True,
        pauses: Pauses | None = None,
        dialling: Dialling | None = None,
        dice: random.Random | None = None,
    ) -> None:
        """Prepare.

        Args:
            address: of the server, or a connection to share.
            collections: that it asks for.
            node: the id of its `SinkNode`.
            incremental: whether it asks for deltas.
            valid: its own validation; what fails it is dropped, and the response still ACKed.
            pauses: between streams; 1 s unless told otherwise.
            dialling: how to connect; with Istio's defaults unless told otherwise.
            dice: for the order of the first requests.
        """
        super().__init__(
            address, dialling=dialling or Dialling(), pauses=Fixed() if pauses is None else pauses
        )
        self.collections = frozenset(collections)
        self.store: dict[str, dict[Name, Stored]] = {name: {} for name in collections}
        self.versions: dict[str, str] = {}
        """The `system_version_info` that was last applied, by collection."""
        self.resource_versions: dict[str, dict[str, str]] = {name: {} for name in collections}
        """What a resumed incremental stream says it has; kept over reconnects."""
        self.dropped: list[tuple[str, Name]] = []
        """Resources that failed the client's own validation."""
        self.events: list[Change] = []
        self.synced_collections: set[str] = set()
        self.node = node
        self.incremental = incremental
        self._valid = valid
        self._dice = dice or random.Random()

    @property
    def has_synced(self) -> bool:
        """Whether every collection was applied once, be it empty."""
        return self.synced_collections >= self.collections

    async def synced(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        await self.until(lambda: self.has_synced, timeout)

    async def has(self, collection: str, version: str, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Wait until a version of a collection was applied."""
        await self.until(lambda: self.versions.get(collection) == version, timeout)

    def _opening(self) -> Iterable[Message]:
        order = sorted(self.collections)
        self._dice.shuffle(order)
        return [self._first(collection) for collection in order]

    def _first(self, collection: str) -> Message:
        versions = self.resource_versions[collection] if self.incremental else {}
        return messages.RequestResources(
            sink_node={"id": self.node},
            collection=collection,
            initial_resource_versions=versions,
            incremental=self.incremental,
        )

    def _subject(self, message: Message) -> str:
        return str(message.collection)

    def _take(self, response: Message) -> Message:
        status = self._unfit(response)
        if status is not None:
            return self._nack(response, status)
        try:
            self._apply(response)
        except ApplyError as error:
            code = _code(grpc.StatusCode.INVALID_ARGUMENT)
            return self._nack(response, messages.Status(code=code, message=str(error)))
        self._track(response)
        return messages.RequestResources(
            sink_node={"id": self.node},
            collection=response.collection,
            response_nonce=response.nonce,
            incremental=self.incremental,
        )

    def _unfit(self, response: Message) -> Message | None:
        """Why the client's updater is not even asked."""
        if response.collection not in self.collections:
            text = f"unsupported collection {response.collection}"
            return messages.Status(code=_code(grpc.StatusCode.UNIMPLEMENTED), message=text)
        for resource in response.resources:
            problem = unreadable(resource, Generation.ISTIO_1_4)
            if problem:
                return messages.Status(code=_code(grpc.StatusCode.UNKNOWN), message=problem)
        if not all(resource.HasField("metadata") for resource in response.resources):
            raise CrashError(f"a resource of {response.collection} without metadata")
        return None

    @abstractmethod
    def _apply(self, response: Message) -> None:
        """Take over what was received.

        Raises:
            ApplyError: which refuses it.
        """

    def _track(self, response: Message) -> None:
        """The updater's opinion of the content does not matter: what was ACKed counts as had."""
        self.versions[response.collection] = response.system_version_info
        versions = self.resource_versions[response.collection]
        if not response.incremental:
            versions.clear()
        for name in response.removed_resources if response.incremental else ():
            versions.pop(name, None)
        for resource in response.resources:
            versions[resource.metadata.name] = resource.metadata.version

    def _nack(self, response: Message, status: Message) -> Message:
        """Without `incremental`, whatever the client asks for otherwise."""
        return messages.RequestResources(
            sink_node={"id": self.node},
            collection=response.collection,
            response_nonce=response.nonce,
            error_detail=status,
        )
