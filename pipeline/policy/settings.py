"""Policies and suppressions as people write them."""

import re
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.match import Match
from pipeline.model import Level
from pipeline.model.canonical import Path

_STEP = re.compile(r"""\.?([^.\[\]"]+)|\[(\d+)\]|\["([^"]*)"\]""")


class PolicySettings(BaseModel):
    """A rule about single resources, in CEL."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )

    name: str = Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=100)
    """Unique; shown in diagnostics, and suppressed as `GAL0501/NAME`."""
    description: str = ""
    """Why the policy exists, for those who read the settings."""
    match: Match = Match()
    """The resources that it is about; by default all."""
    rule: str = Field(min_length=1)
    """CEL over `object`, the manifest; true where the resource is as it should be. `apiVersion`,
    `kind`, `metadata.name`, `.labels` and `.annotations` are always there, `metadata.namespace`
    on namespaced resources."""
    message: str = ""
    """What to tell the author of a resource that breaks the rule."""
    message_expression: str = Field(default="", alias="messageExpression")
    """CEL that makes the message instead; `message` is the fallback if it fails."""
    level: Level = Level.ERROR
    """`error` blocks, `warning` and `info` are shown."""
    path: str = ""
    """The field at fault, for its line: `spec.hosts[0]`, `metadata.labels["app.io/x"]`."""

    @field_validator("path")
    @classmethod
    def _is_path(cls, text: str) -> str:
        parse_path(text)
        return text

    @model_validator(mode="after")
    def _says_something(self) -> "PolicySettings":
        if not (self.message or self.message_expression):
            raise ValueError("one of message and messageExpression is needed")
        return self


class SuppressionSettings(BaseModel):
    """Findings that are known and accepted for a while."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    code: str
    """The finding's code, of the families GAL03 to GAL06 and GAL14 to GAL16; `GAL0501/NAME` for one
    policy's."""
    match: Match = Match()
    """The resources on which it is suppressed; by default all."""
    reason: str = Field(min_length=1)
    """Why, for those who ask later."""
    expires: datetime | None = None
    """An ISO date or time from which on it no longer holds; a date means its first moment, and a
    time without zone is UTC."""

    @field_validator("code")
    @classmethod
    def _can_be_suppressed(cls, code: str) -> str:
        problem = code_problem(code)
        if problem:
            raise ValueError(problem)
        return code

    @property
    def expires_at(self) -> float | None:
        """Seconds since the epoch; None: never."""
        if self.expires is None:
            return None
        return self.expires.replace(tzinfo=self.expires.tzinfo or UTC).timestamp()


_CODE = re.compile(r"GAL(\d\d)\d\d(?:/[-a-z0-9.]+)?")
_FAMILIES = {"03", "04", "05", "06", "14", "15", "16"}


def code_problem(code: str) -> str | None:
    """Why a code cannot be suppressed; None: it can."""
    match = _CODE.fullmatch(code)
    if match is None:
        return f"{code!r} is no code; write GAL0601, or GAL0501/POLICY-NAME"
    if match[1] not in _FAMILIES:
        return f"{code} cannot be suppressed, only GAL03.. to GAL06.. and GAL14.. to GAL16.. can"
    if "/" in code and match[1] != "05":
        return f"{code} names a policy, and only codes of the family GAL05 have one"
    return None


def parse_path(text: str) -> Path:
    """`spec.http[0].route` as a path.

    Raises:
        ValueError: the text is no path.
    """
    path: list[str | int] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise ValueError(f"{text!r} is no path; write it as spec.http[0].route")
        name, index, quoted = step.groups()
        path.append(int(index) if index is not None else name if name is not None else quoted)
        at = step.end()
    return tuple(path)
