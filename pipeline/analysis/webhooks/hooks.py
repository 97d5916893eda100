"""The webhooks of a configuration, and which of them inject proxies."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.analysis.injection import REVISION
from pipeline.analysis.labels import labels_in, selector_meets
from pipeline.loose import items, mapping, text
from pipeline.model import Document, Path, Resource
from pipeline.stage import Index

_HERE = "injector"
_DOMAIN = "istio.io"


class Hook(NamedTuple):
    """One webhook with its path."""

    path: Path
    name: str
    body: dict[str, Any]

    def meets(self, namespace: dict[str, str], pod: dict[str, str]) -> bool:
        """Whether it is asked about a pod with these labels in such a namespace."""
        return selector_meets(namespace, mapping(self.body, "namespaceSelector")) and (
            selector_meets(pod, mapping(self.body, "objectSelector"))
        )

    def revisions(self) -> Iterator[str]:
        """The revisions of Istio that its selectors name."""
        for field in ("namespaceSelector", "objectSelector"):
            selector = mapping(self.body, field)
            yield from filter(None, [labels_in(selector, "matchLabels").get(REVISION)])
            for each in items(selector, "matchExpressions"):
                if text(each, "key") == REVISION:
                    yield from (value for value in items(each, "values") if isinstance(value, str))


def hooks_of(document: Document) -> list[Hook]:
    """Every webhook of a configuration."""
    return [
        Hook(("webhooks", at), text(each, "name", f"number {at + 1}"), each)
        for at, each in enumerate(items(document.body, "webhooks"))
        if isinstance(each, dict)
    ]


def _injects(_resource: Resource, document: Document) -> Iterator[str]:
    if injectors_of(document):
        yield _HERE


def injectors_of(document: Document) -> list[Hook]:
    """The webhooks of a configuration of Istio's; none of another's."""
    hooks = hooks_of(document)
    is_istio = any(hook.name.endswith(_DOMAIN) for hook in hooks)
    return hooks if is_istio or REVISION in document.labels else []


INJECTORS = Index("webhooks-that-inject", kinds.MUTATING_WEBHOOK, _injects)
EVERY_INJECTOR = (INJECTORS, _HERE)
"""Where they are found; there are a few in a mesh, one for each revision and tag."""
