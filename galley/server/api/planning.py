"""What publishing other inputs would do, and what such inputs have to be."""

from typing import Any

from pydantic import Base64Bytes, Field

from galley.protocol.control import Method
from galley.protocol.results import DiagnosticResult, PlanResult, PlanScopeResult
from galley.protocol.results.planning import PLAN_BYTES
from galley.server.api.routing import Ask, Call, Route

PLAN_SECONDS = 120
PATH = "/channels/{channel}/plan"


class PlanFile(Ask):
    """One file of other inputs: its text, or its bytes, or why it cannot be read."""

    name: str = Field(min_length=1, max_length=4096)
    """Its locator: what the source would call it."""
    text: str = ""
    data: Base64Bytes = b""
    """The bytes of what is not UTF-8, in base64."""
    errors: list[DiagnosticResult] = Field(default=[], max_length=100)
    """Why it cannot be read: the source would say so too, and keep what it held."""


class ScopeAsk(Ask):
    """Which source is meant."""

    source: str = ""
    """Empty if the channel has only one."""


class PlanAsk(ScopeAsk):
    """Other inputs for one source: all that it would say."""

    files: list[PlanFile] = Field(max_length=100_000)
    expect_version: int | None = Field(default=None, ge=0)
    """Plan only on this version; a conflict if another one is live."""


async def scope(call: Call, asked: ScopeAsk) -> Any:
    """What the files of a plan have to be: what the source reads."""
    return await call.ask(Method.PLAN_SCOPE, asked.model_dump())


async def plan(call: Call, asked: PlanAsk) -> Any:
    """What publishing other inputs would do."""
    files = [{**each.model_dump(exclude={"data"}), "data": each.data} for each in asked.files]
    params = {**asked.model_dump(exclude={"files"}), "files": files}
    return await call.ask(Method.PLAN, params, within=PLAN_SECONDS)


ROUTES = (
    Route("GET", PATH, "plan", scope, PlanScopeResult, takes=ScopeAsk),
    Route("POST", PATH, "plan", plan, PlanResult, takes=PlanAsk, body_bytes=PLAN_BYTES),
)
