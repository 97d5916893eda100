"""A channel that takes its schemas from a source, and what there is to ask of it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from galley.worker import schema_sources
from pipeline.model import Key, Resource
from pipeline.model.messages.source import SOURCE_UNREADABLE
from sources.memory import MemorySource
from sources.source import Emit

COLLECTION = "apiextensions.k8s.io/CustomResourceDefinition"
CRDS = {"type": "memory", "name": "crds"}
LABEL = {"type": "labels", "set": {"team": "mesh"}}
SMALL = "self.number < 10"
GONE = SOURCE_UNREADABLE.report(problem="it is away").at("crds", "")


def crd(
    kind: str = "Thing", *rules: str, fields: dict[str, Any] | None = None, **metadata: Any
) -> Resource:
    """A definition whose spec has a number and these fields, under these rules."""
    number = {"type": "object", "properties": {"number": {"type": "integer"}, **(fields or {})}}
    judged = {**number, "x-kubernetes-validations": [{"rule": rule} for rule in rules]}
    stored = {"openAPIV3Schema": {"type": "object", "properties": {"spec": judged}}}
    body = {
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": f"{kind.lower()}s", "kind": kind},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": stored}],
        }
    }
    name = f"{kind.lower()}s.example.com"
    return Resource.build(
        Key(COLLECTION, "", name), "apiextensions.k8s.io/v1", body=body, **metadata
    )


def thing(name: str, number: object, kind: str = "Thing") -> Resource:
    key = Key(f"example.com/{kind}", "default", name)
    return Resource.build(key, "example.com/v1", body={"spec": {"number": number}})


class AwaySource(MemorySource):
    """A source that cannot be read."""

    async def run(self, emit: Emit) -> None:
        self.fail(GONE)
        await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_sources, "QUIET", 0.05)


@pytest.fixture
def crds() -> MemorySource:
    """The source of schemas, which knows a Thing."""
    source = MemorySource("crds")
    source.put(crd())
    return source


@pytest.fixture
async def followed(new_rig: Callable[..., Any], crds: MemorySource) -> Any:
    """A channel that takes its schemas from it, with one Thing live."""
    rig = await new_rig(crds, policies=(), schemas=[CRDS])
    rig.put("a", thing("a", 20))
    await rig.until(lambda: rig.version == 1)
    return rig


async def codes(rig: Any) -> dict[str, str]:
    """The codes of what is wrong, with the state that it is in."""
    return {each["code"]: each["state"] for each in await rig.ask("diagnostics")}


async def source(rig: Any) -> dict[str, Any]:
    found = {each["name"]: each for each in await rig.ask("sources")}
    return dict(found["crds"])


async def in_state(rig: Any, state: str) -> bool:
    return bool((await rig.ask("channel"))["state"] == state)


async def says(rig: Any, words: str) -> bool:
    """Whether the channel says so of itself."""
    return words in (await rig.ask("channel"))["problem"]


async def environment(rig: Any) -> str:
    return str((await rig.ask("channel"))["environment"])


async def differs(rig: Any, before: str) -> bool:
    return await environment(rig) != before


async def kept(rig: Any, kind: str) -> bool:
    """Whether a schema is told to be kept though it is gone."""
    found = await rig.ask("diagnostics", code="GAL0315")
    return any(f"example.com/{kind} is gone" in each["message"] for each in found)


async def has(rig: Any, code: str) -> bool:
    return code in await codes(rig)


async def knows(rig: Any, kind: str) -> bool:
    return f"example.com/{kind}" in rig.kinds.values()


def manifest(definition: Resource) -> dict[str, Any]:
    head = {"apiVersion": definition.api_version, "kind": "CustomResourceDefinition"}
    return {**head, "metadata": {"name": definition.key.name}, **definition.document().body}


async def reconfigure(rig: Any, **settings: Any) -> Any:
    rig.options.update(settings)
    return await rig.ask("reconfigure", settings=rig.options)
