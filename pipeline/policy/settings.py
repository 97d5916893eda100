"""Policies as people write them.

Field names that ValidatingAdmissionPolicies of Kubernetes have too are theirs, so that what is
known of those holds here.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.kinds import CONFIG_MAP
from pipeline.match import Match
from pipeline.model import Level
from pipeline.model.canonical import Path, UnencodableError, pack
from pipeline.policy.expiring import Expiring
from pipeline.selector import Selector

_STEP = re.compile(r"""\.?([^.\[\]"]+)|\[(\d+)\]|\["([^"]*)"\]""")

LEVELS = {
    "deny": Level.ERROR,
    "error": Level.ERROR,
    "warn": Level.WARNING,
    "warning": Level.WARNING,
    "audit": Level.INFO,
    "info": Level.INFO,
}

Identifier: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Cel: TypeAlias = Annotated[str, Field(min_length=1)]


class _Settings(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )


class PolicyMatch(Match):
    """A choice of resources; all fields that are given must match."""

    namespace_labels: str = ""
    """A selector over the labels of the resource's Namespace: `env=prod`. It needs Namespaces among
    the channel's resources; of one that is not there only the label `kubernetes.io/metadata.name`
    is known. Cluster-scoped resources have no labels here."""

    @field_validator("namespace_labels")
    @classmethod
    def _selects(cls, text: str) -> str:
        Selector.parse(text)
        return text


class ConditionSettings(_Settings):
    """A condition under which a policy is asked at all."""

    name: str = Field(min_length=1)
    """Shown where it cannot be evaluated."""
    expression: Cel
    """CEL that is true where the policy applies. If one of several is false the policy does not
    apply, whatever the others are."""


class VariableSettings(_Settings):
    """A part of a rule with a name of its own."""

    name: Identifier
    """Expressions use it as `variables.NAME`."""
    expression: Cel
    """CEL over everything that the rule sees, other variables among it. It is evaluated at most
    once, and only for expressions that use it; that it fails matters only where it is needed."""


class LookupSettings(_Settings):
    """A look at other resources of the channel."""

    name: Identifier
    """Expressions use it as `lookups.NAME`: a list of manifests, empty if nothing was found."""
    kind: str = Field(min_length=1)
    """What is looked for, by any of its names: `ConfigMap`, `networking.istio.io/Gateway`."""
    by: str = ""
    """CEL over each such resource, its manifest being `object`: the text, or list of texts, by
    which it is found. Left out: its name."""
    value: Cel
    """CEL over the judged resource: the text, or list of texts, to look for. A name without
    namespace is one in the resource's own; `NAMESPACE/NAME` is one in another."""


class ParametersFromSettings(_Settings):
    """A resource of the channel that holds parameters."""

    kind: str = CONFIG_MAP
    """Its kind by any of its names."""
    namespace: str = ""
    """Left out: the namespace of the resource that is judged, so that each can have its own, or
    none if the kind is cluster-scoped."""
    name: str = Field(min_length=1)
    field: str = "data"
    """The field of its manifest that holds them: `spec`, `spec.limits`."""

    @field_validator("field")
    @classmethod
    def _is_path(cls, text: str) -> str:
        path = parse_path(text)
        if not path or any(isinstance(step, int) for step in path):
            raise ValueError("a field has to be named, and cannot be in a list")
        return text


class ExemptionSettings(Expiring):
    """Resources on which a policy is not enforced, for a reason and perhaps for a while."""

    match: Match
    """The resources that are exempt."""

    @field_validator("match")
    @classmethod
    def _chooses(cls, match: Match) -> Match:
        if match == Match():
            raise ValueError("it has to say which resources are exempt")
        return match

    @property
    def names_one(self) -> bool:
        """Whether it can mean no more than one resource of each kind."""
        one = (self.match.names, self.match.namespaces)
        return all(len(each) == 1 and not set("*?[") & set(each[0]) for each in one)


class PolicySettings(_Settings):
    """A rule in CEL about resources, one at a time; see docs/policies.md."""

    name: str = Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=100)
    """Unique; shown in diagnostics, and suppressed as `GAL0501/NAME`."""
    description: str = ""
    """Why the policy exists, for those who read the settings."""
    match: PolicyMatch = PolicyMatch()
    """The resources that it is about; by default all."""
    match_conditions: tuple[ConditionSettings, ...] = Field(default=(), alias="matchConditions")
    """Further conditions, in CEL; all have to be true."""
    params: dict[str, Any] = {}
    """Parameters by name, for `params.NAME`; with `paramsFrom` the values that hold where the
    resource says nothing."""
    params_from: ParametersFromSettings | None = Field(default=None, alias="paramsFrom")
    """Where parameters come from that are configuration themselves."""
    lookups: tuple[LookupSettings, ...] = ()
    """Other resources that matter to the rule."""
    variables: tuple[VariableSettings, ...] = ()
    """Parts of the rule that have names."""
    rule: Cel
    """CEL that is true where the resource is as it should be. It sees `object` (the manifest, in
    which `apiVersion`, `kind`, `metadata.name`, `.labels` and `.annotations` are always there, and
    `metadata.namespace` on namespaced resources), `namespaceObject` (its Namespace, or null),
    `params`, `variables` and `lookups`."""
    message: str = ""
    """What to tell the author of a resource that breaks the rule."""
    message_expression: str = Field(default="", alias="messageExpression")
    """CEL that makes the message instead; `message` is the fallback if it fails."""
    level: Literal["deny", "warn", "audit", "error", "warning", "info"] = "deny"
    """`deny` blocks, `warn` and `audit` only tell, as a warning or an info; `error`, `warning` and
    `info` are other words for the three."""
    path: str = ""
    """The field at fault, for its line: `spec.hosts[0]`, `metadata.labels["app.io/x"]`."""
    exemptions: tuple[ExemptionSettings, ...] = ()
    """Resources on which it is not enforced."""

    @field_validator("path")
    @classmethod
    def _is_path(cls, text: str) -> str:
        parse_path(text)
        return text

    @field_validator("params")
    @classmethod
    def _are_names(cls, params: dict[str, Any]) -> dict[str, Any]:
        for name, value in params.items():
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                raise ValueError(f"{name!r} is no name for a parameter; write it like maxRetries")
            _check_value(name, value)
        return params

    @field_validator("match_conditions", "lookups", "variables")
    @classmethod
    def _once(cls, named: tuple[Any, ...]) -> tuple[Any, ...]:
        twice = _twice(each.name for each in named)
        if twice:
            raise ValueError(f"two of them are called {twice}")
        return named

    @model_validator(mode="after")
    def _says_something(self) -> "PolicySettings":
        if not (self.message or self.message_expression):
            raise ValueError("one of message and messageExpression is needed")
        return self


def _check_value(name: str, value: object) -> None:
    """A parameter is configuration, and has to be something that configuration can hold."""
    try:
        pack(value)
    except UnencodableError as error:
        raise ValueError(f"{name}: {error}") from None


def _twice(names: Iterable[str]) -> str:
    """A name that comes more than once; empty if none does."""
    return next((name for name, count in Counter(names).items() if count > 1), "")


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
