"""Patches of EnvoyFilters that Istio ignores, or applies in an order that nobody fixed."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.loose import text
from pipeline.model import Diagnostic, Level
from pipeline.model.messages import traffic as messages

_PATCHES = Fields((("spec.configPatches.*", None),))
_RELATIVE = frozenset({"INSERT_BEFORE", "INSERT_AFTER"})
_REPLACED = frozenset({"HTTP_FILTER", "NETWORK_FILTER", "VIRTUAL_HOST"})
"""What REPLACE works on."""
_WHOLE = frozenset({"ROUTE_CONFIGURATION", "HTTP_ROUTE"})
"""What, by the documentation, can be neither added nor removed."""
_APPLIED = frozenset(
    {("ADD", "HTTP_ROUTE"), ("REMOVE", "HTTP_ROUTE"), ("REPLACE", "LISTENER_FILTER")}
)
"""What Pilot does all the same (`core/envoyfilter`), though nobody has promised it."""


class EnvoyFilters:
    """Reports operations that do nothing, or depend on other filters."""

    metadata = Metadata(
        name="envoy-filters",
        description="Patches of Envoy's configuration that are ignored or have no fixed place.",
        codes=frozenset({messages.PATCH_IGNORED.code, messages.PATCH_RELATIVE.code}),
        handles=frozenset({kinds.ENVOY_FILTER}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each patch."""
        key, spec = subject.resource.key, subject.document.body.get("spec")
        ordered = isinstance(spec, dict) and bool(spec.get("priority"))
        for path, patch, _ in _PATCHES.match(subject.document.body):
            target, operation = text(patch, "applyTo"), _operation(patch)
            where = (*path, "patch", "operation")
            if _is_ignored(target, operation):
                is_applied = (operation, target) in _APPLIED
                yield messages.PATCH_IGNORED.report(
                    key=key,
                    path=where,
                    level=Level.WARNING if is_applied else None,
                    operation=operation,
                    effect="is not promised to have an effect" if is_applied else "has no effect",
                    target=target,
                )
            elif operation in _RELATIVE and not ordered:
                yield messages.PATCH_RELATIVE.report(key=key, path=where, operation=operation)


def _operation(patch: Any) -> str:
    return text(patch.get("patch"), "operation") if isinstance(patch, dict) else ""


def _is_ignored(target: str, operation: str) -> bool:
    if operation == "REPLACE":
        return bool(target) and target not in _REPLACED
    return operation in ("ADD", "REMOVE") and target in _WHOLE
