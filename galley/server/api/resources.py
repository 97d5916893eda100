"""Resources: those of a version, one of them, and the way of one through the channel."""

from typing import Any

from pydantic import Field

from galley.protocol.control import Method
from galley.protocol.results import ResourceResult, ResourcesResult, TraceResult
from galley.server.api.routing import AT_ONCE, Ask, Call, Route
from galley.server.problems import refuse
from galley.server.slices import unhurried
from pipeline.model import Key

CLUSTER = "-"
"""Stands in a path for the namespace of a resource that has none."""


class ResourceAsk(Ask):
    """Of which version, after which stage."""

    version: int = Field(default=0, ge=0)
    """0 is the live one."""
    stage: str = ""
    """As this stage of the pipeline left them instead of at the end; only of the live version, and
    with what is observed. A trace names the stages."""


class ListAsk(ResourceAsk):
    """Which resources of a collection or of all."""

    namespace: str = ""
    """Empty for all."""
    name: str = ""
    selector: str = ""
    """Labels, as kubectl takes them: `app=web,tier!=cache`."""
    limit: int = Field(default=500, ge=1, le=1000)
    next: str = ""
    """From the answer before, to go on."""
    manifests: bool = False
    """Whether to send the resources themselves; sensitive fields are redacted."""


class CollectionAsk(ListAsk):
    """Which resources."""

    collection: str = ""
    """`group/Kind` or any alias of it; empty for all."""


class TraceAsk(Ask):
    """Which resource."""

    resource: str = Field(min_length=1)
    """A key, `group/Kind/namespace/name`."""


async def everything(call: Call, asked: CollectionAsk) -> Any:
    """Resources of a version."""
    return await call.ask(Method.RESOURCES, asked.model_dump())


async def collection(call: Call, asked: ListAsk) -> Any:
    """Resources of one collection."""
    params = {**asked.model_dump(), "collection": _collection(call)}
    return await call.ask(Method.RESOURCES, params)


async def resource(call: Call, asked: ResourceAsk) -> Any:
    """One resource with its manifest; the namespace `-` stands for none."""
    namespace, name = call.part("namespace"), call.part("name")
    wanted = ListAsk(
        namespace="" if namespace == CLUSTER else namespace, name=name, manifests=True, limit=2
    )
    params = {**wanted.model_dump(), **asked.model_dump(), "collection": _collection(call)}
    found = (await call.ask(Method.RESOURCES, params))["resources"]
    exact = [each for each in found if each["namespace"] == wanted.namespace]
    if not exact:
        key = f"{_collection(call)}/{wanted.namespace}/{name}"
        raise refuse("not-found", f"There is no resource {key!r} in that version.")
    return exact[0]


async def trace(call: Call, asked: TraceAsk) -> Any:
    """A resource from its origin to its subscribers."""
    found = TraceResult.model_validate(await call.ask(Method.TRACE, asked.model_dump()))
    return found.model_copy(update={"subscribers": await _holding(call, found)})


async def _holding(call: Call, found: TraceResult) -> int:
    """How many subscribers have a resource in their view and are in step."""
    line = call.backend.channels()[found.channel or call.channel]
    key = Key.parse(found.resource)
    concerned, count = set(await line.affected([key])), 0
    async for each in unhurried(line.members.subscribers(), AT_ONCE):
        count += each.state == "synced" and (each.node or each.session) in concerned
    return count


def _collection(call: Call) -> str:
    return f"{call.part('group')}/{call.part('kind')}"


BASE = "/channels/{channel}/resources"

ROUTES = (
    Route(
        "GET",
        BASE,
        "read",
        everything,
        ResourcesResult,
        takes=CollectionAsk,
    ),
    Route(
        "GET",
        BASE + "/{group}/{kind}",
        "read",
        collection,
        ResourcesResult,
        takes=ListAsk,
    ),
    Route(
        "GET",
        BASE + "/{group}/{kind}/{namespace}/{name}",
        "read",
        resource,
        ResourceResult,
        takes=ResourceAsk,
    ),
    Route(
        "GET",
        "/channels/{channel}/trace",
        "read",
        trace,
        TraceResult,
        takes=TraceAsk,
    ),
)
