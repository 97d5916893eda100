"""Settings of the Kubernetes source: which cluster, which kinds, and how much of each object."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from sources.settings.admission import AdmissionSettings
from sources.settings.common import Seconds, SourceSettings
from sources.settings.labels import label_selector

LabelSelector = Annotated[str, AfterValidator(label_selector)]
"""Labels as kubectl's `-l` takes them: `app=web,tier in (front, back),!canary`."""


class KindEntry(BaseModel):
    """Kinds that are read: one, all of an API group, or those whose CRDs have some labels."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    kind: str = Field(default="", pattern=r"^([a-z0-9][-a-z0-9.]*/[A-Za-z][A-Za-z0-9]*)?$")
    """One kind: `networking.istio.io/VirtualService`, `core/Service`."""
    group: str = Field(default="", pattern=r"^([a-z0-9][-a-z0-9.]*)?$")
    """Every kind of an API group that can be listed and watched: `networking.istio.io`."""
    crds: LabelSelector = ""
    """Every kind whose CustomResourceDefinition has these labels."""
    optional: bool = False
    """Whether a kind that the cluster does not have goes without a word."""
    labels: LabelSelector = ""
    """Only objects with these labels, besides what `labels` of the source asks for."""
    fields: str = ""
    """Only objects with these fields, as kubectl's `--field-selector` takes them."""
    status: tuple[str, ...] | None = None
    """Fields of the status that are kept: `phase`, `conditions.*.type`. Of Pods and Nodes those
    that others need are kept if nothing is said; of other kinds, none."""

    @model_validator(mode="after")
    def _one_choice(self) -> "KindEntry":
        if sum(map(bool, (self.kind, self.group, self.crds))) != 1:
            raise ValueError("give exactly one of kind, group and crds")
        return self


def _entry(value: object) -> object:
    """`core/Service` for one kind, `networking.istio.io/*` for a group."""
    if not isinstance(value, str):
        return value
    group, _, kind = value.partition("/")
    return {"group": group} if kind == "*" else {"kind": value}


AnyKind = Annotated[KindEntry, BeforeValidator(_entry)]


def _usual() -> tuple[KindEntry, ...]:
    """What configures traffic: Istio's kinds, the Gateway API's and Kubernetes' own."""
    groups = ("networking", "security", "telemetry", "extensions")
    named = (*(f"{each}.istio.io" for each in groups), "gateway.networking.k8s.io")
    kinds = ("core/Service", "core/Namespace", "networking.k8s.io/Ingress")
    return (
        *(KindEntry(group=group, optional=True) for group in named),
        *(KindEntry(kind=kind) for kind in kinds),
    )


class KubernetesSettings(SourceSettings):
    """The objects of a Kubernetes cluster, listed and watched."""

    type: Literal["kubernetes"]
    kubeconfig: Path | None = None
    """A kubeconfig file; without one `KUBECONFIG` or `~/.kube/config`, as kubectl has it."""
    context: str = ""
    """Context of the kubeconfig; empty: its current one. With neither context nor kubeconfig, a
    service that runs in a cluster reads that cluster, with its service account."""
    kinds: tuple[AnyKind, ...] = Field(default_factory=_usual, min_length=1)
    """What is read. A text is a kind (`core/Service`) or a group (`networking.istio.io/*`); of
    several entries for one kind the first counts. Without it: Istio's and the Gateway API's groups,
    Services, Namespaces and Ingresses."""
    namespaces: tuple[
        Annotated[str, Field(pattern=r"^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$")], ...
    ] = ("*",)
    """Namespaces of namespaced kinds, each listed and watched by itself; `*`: all, at once."""
    labels: LabelSelector = ""
    """Only objects with these labels."""
    page: int = Field(default=500, ge=1, le=10_000)
    """Objects that the API server is asked for at a time."""
    concurrency: int = Field(default=4, ge=1, le=64)
    """Lists that are read at the same time."""
    timeout: Seconds = Field(default=30.0, gt=0)
    """Seconds that one page, or a question about the kinds, may take."""
    silence: Seconds = Field(default=120.0, gt=0)
    """Seconds after which a watch that says nothing is taken for lost. The API server speaks at
    least once a minute."""
    rediscover: Seconds = Field(default=30.0, gt=0)
    """Seconds between two looks at which kinds there are. Where CustomResourceDefinitions may be
    watched, a change of one leads to a look at once."""
    admission: AdmissionSettings | None = None
    """Whether the cluster asks before it takes an object in, and how; see docs/admission.md."""

    @model_validator(mode="after")
    def _every_namespace_or_some(self) -> "KubernetesSettings":
        if not self.namespaces or ("*" in self.namespaces and len(self.namespaces) > 1):
            raise ValueError('give names of `namespaces`, or ["*"] for all')
        return self

    def cluster(self) -> str:
        """What people are told of where it is."""
        if self.context:
            return f"context {self.context}"
        return f"the current context of {self.kubeconfig}" if self.kubeconfig else "the cluster"


class ClusterSchemasSettings(KubernetesSettings):
    """A cluster as a source of schemas: its definitions, and what it publishes of its own kinds."""


PUBLISHED = "openapi/Document"
"""The collection of what such a source holds besides CustomResourceDefinitions: documents of
OpenAPI, one for each version of a group."""
