"""What cannot be sent is a diagnostic before it is published."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.encoding import WIRES, EncodingStage, UncarriableError
from pipeline.model import Diagnostic, Document, Key, Level, Resource

Encode = Callable[..., tuple[Diagnostic, ...]]
MakeResource = Callable[[int], Resource]

KEY = Key("core/ConfigMap", "a", "b")


@pytest.fixture
def resource() -> MakeResource:
    """A resource with so many bytes of text in it."""
    return lambda size: Resource.build(KEY, "v1", body={"data": {"text": "x" * size}})


@pytest.fixture
def encode() -> Encode:
    """The diagnostics of the stage; it reads nothing, so there is no reader."""

    def run(resource: Resource, **settings: Any) -> tuple[Diagnostic, ...]:
        outcome = EncodingStage(**{"limit": 1000, **settings}).run(
            resource,
            resource.document(),
            None,  # type: ignore[arg-type]  # it reads nothing
        )
        assert outcome.resources == (resource,)
        return outcome.diagnostics

    return run


class Morse:
    """A wire that knows only short texts."""

    name = "morse"

    def carries(self, collection: str) -> bool:
        return collection == "core/ConfigMap"

    def encode(self, resource: Resource, document: Document) -> bytes:
        if len(resource.content) > 100:
            raise UncarriableError([Diagnostic("X1", Level.ERROR, "Too long.", resource.key)])
        return b"-." * 600


def test_the_limit_itself_is_allowed_and_one_byte_more_is_not(
    encode: Encode, resource: MakeResource
) -> None:
    fits = resource(500)
    size = len(fits.content)
    assert encode(fits, limit=size) == ()
    (refused,) = encode(fits, limit=size - 1)
    assert (refused.code, refused.blocking, refused.key) == ("GAL0801", True, KEY)
    assert f"{size} bytes" in refused.message
    assert f"at most {size - 1} " in refused.message


def test_the_native_wire_sends_the_canonical_bytes(resource: MakeResource) -> None:
    (native,) = WIRES
    one = resource(10)
    assert native.encode(one, one.document()) == one.content


def test_every_wire_is_asked(encode: Encode, resource: MakeResource) -> None:
    wires = (*WIRES, Morse())
    assert [found.code for found in encode(resource(500), wires=wires)] == ["X1"]
    (refused,) = encode(resource(10), wires=wires)
    assert "1,200 bytes on the morse wire" in refused.message
