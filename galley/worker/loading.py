"""Reading a version back from the store, in parts, so that nobody waits for the whole."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import islice
from sys import intern

from galley.store.store import Store
from galley.store.values import StoredInput
from galley.worker.parts import parts
from galley.worker.store_thread import StoreThread
from pipeline.model import Key, Located, Resource
from pipeline.model.resource import read_header

PART = 1000


async def load_outputs(store: StoreThread, number: int) -> dict[Key, Resource]:
    """All outputs of a version, each body checked against its digest.

    Raises:
        StoreDamagedError: a body is not what its digest says.
    """
    members = await store.run(lambda store: list(store.outputs(number)))
    loaded: dict[Key, Resource] = {}
    for part in parts(members, PART):
        bodies = await contents(store, {digest for _, digest in part})
        for key, digest in part:
            loaded[key] = resource(key, digest, bodies)
        await asyncio.sleep(0)
    return loaded


async def load_inputs(
    store: StoreThread, number: int, outputs: Mapping[Key, Resource]
) -> list[Located]:
    """All accepted inputs of a version; a body that an output has as well is shared with it."""
    stored = await store.run(lambda store: list(store.inputs(number)))
    loaded: list[Located] = []
    for part in parts(stored, PART):
        loaded.extend(await located(store, part, outputs))
        await asyncio.sleep(0)
    return loaded


async def located(
    store: StoreThread, stored: Iterable[StoredInput], outputs: Mapping[Key, Resource]
) -> list[Located]:
    """Stored inputs with their bodies."""
    items = list(stored)
    missing = {item.digest for item in items if not _shared(item, outputs)}
    bodies = await contents(store, missing)
    return [
        Located(_shared(item, outputs) or resource(item.key, item.digest, bodies), item.origin)
        for item in items
    ]


async def contents(store: StoreThread, digests: Iterable[bytes]) -> dict[bytes, bytes]:
    """Bodies by digest, some thousand at a time."""
    bodies: dict[bytes, bytes] = {}
    iterator = iter(digests)
    while part := list(islice(iterator, PART)):
        bodies.update(await store.run(partial(_contents, part)))
    return bodies


def resource(key: Key, digest: bytes, bodies: Mapping[bytes, bytes]) -> Resource:
    """The resource that has this digest; its bytes were checked when they were read."""
    content = bodies[digest]
    return Resource(key, intern(read_header(content).api_version), content, digest)


def _shared(item: StoredInput, outputs: Mapping[Key, Resource]) -> Resource | None:
    output = outputs.get(item.key)
    return output if output and output.digest == item.digest else None


def _contents(digests: list[bytes], store: Store) -> dict[bytes, bytes]:
    return store.contents(digests)
