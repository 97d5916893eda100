"""A sink without a network: what a session sends is applied as the protocol says."""

from dataclasses import dataclass, field
from typing import Any

from galley.mesh.mcp.session import McpSession
from galley.mesh.session import Opening
from tests.mesh.doubles.messages import Message, RequestResources, Resources

LIMIT = 1 << 22


@dataclass
class SinkModel:
    """Full state or incremental; it remembers over streams what it has."""

    opening: Opening
    incremental: bool
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    """Collection to name to version."""
    out: dict[str, str] = field(default_factory=dict)
    """Collection to the nonce that it has not answered."""
    refused: dict[str, str] = field(default_factory=dict)
    """Collection to the version that must not come again."""
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.connect()

    def connect(self) -> None:
        """A new stream, on which it asks again for all that it had asked for."""
        self.session = McpSession(self.opening, max_message=LIMIT, strict=False)
        self.out.clear()
        for collection in sorted(self.asked):
            held = self.held.get(collection, {}) if self.incremental else {}
            self.say(collection, initial_resource_versions=held)

    def say(self, collection: str, nonce: str = "", error: str = "", **more: Any) -> None:
        self.asked.add(collection)
        if nonce in {"", self.out.get(collection)}:
            self.out.pop(collection, None)
        if not nonce:
            self.refused.pop(collection, None)
        request = RequestResources(
            collection=collection,
            response_nonce=nonce,
            incremental=self.incremental and not error,
            **more,
        )
        if error:
            request.error_detail.message = error
        self.session.take(request.SerializeToString())

    def receive(self) -> Message | None:
        message = self.session.next()
        if message is None:
            return None
        response = Resources.FromString(message.data)
        collection, version = response.collection, response.system_version_info
        assert collection not in self.out, "one was out"
        assert self.refused.pop(collection, "") != version
        self.out[collection] = response.nonce
        return response

    def apply(self, response: Message) -> None:
        if not response.incremental:
            assert not response.removed_resources
            self.held[response.collection] = {}
        held = self.held[response.collection]
        for name in response.removed_resources:
            held.pop(name, None)
        for each in response.resources:
            held[each.metadata.name] = each.metadata.version

    def ack(self, response: Message) -> None:
        self.say(response.collection, response.nonce)

    def refuse(self, response: Message) -> None:
        self.say(response.collection, response.nonce, error="no, thanks")
        self.refused[response.collection] = response.system_version_info

    def drain(self) -> None:
        """Apply and acknowledge everything that is due."""
        for _ in range(100):
            response = self.receive()
            if response is None:
                return
            self.apply(response)
            self.ack(response)
        raise AssertionError("it does not end")
