"""What an API server asks: an AdmissionReview of admission.k8s.io/v1, as far as it matters.

Source: Kubernetes' API reference, AdmissionReview and AdmissionRequest.
"""

from dataclasses import dataclass
from typing import Any, Self

import orjson

from pipeline.model.kind import collection_of


class BadReviewError(ValueError):
    """What was sent is no AdmissionReview that can be answered."""


@dataclass(frozen=True, slots=True)
class Review:
    """One write that an API server asks about."""

    uid: str
    operation: str
    """CREATE, UPDATE, DELETE or CONNECT."""
    dry_run: bool
    group: str
    version: str
    kind: str
    plural: str
    subresource: str
    namespace: str
    """Empty for cluster-scoped kinds."""
    converted: bool
    """Whether it was written in another version, which may have other fields."""
    object: dict[str, Any] | None
    old: dict[str, Any] | None

    @property
    def collection(self) -> str:
        return collection_of(self.group, self.kind)

    @property
    def is_being_deleted(self) -> bool:
        """Whether the object is on its way out: only finalizers keep it."""
        return bool(_metadata(self.object).get("deletionTimestamp"))

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a request's body.

        Raises:
            BadReviewError: it is none, or of another version.
        """
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise BadReviewError("The request's body is no JSON.") from None
        if not isinstance(document, dict) or document.get("kind") != "AdmissionReview":
            raise BadReviewError("The request is no AdmissionReview.")
        if document.get("apiVersion") != "admission.k8s.io/v1":
            raise BadReviewError("Only AdmissionReviews of admission.k8s.io/v1 are answered.")
        try:
            return cls._of(document["request"])
        except (KeyError, TypeError, AttributeError):
            raise BadReviewError("The AdmissionReview lacks what every request has.") from None

    @classmethod
    def _of(cls, request: dict[str, Any]) -> Self:
        kind, resource = request["kind"], request["resource"]
        return cls(
            uid=str(request["uid"]),
            operation=str(request["operation"]),
            dry_run=bool(request.get("dryRun")),
            group=str(kind["group"]),
            version=str(kind["version"]),
            kind=str(kind["kind"]),
            plural=str(resource["resource"]),
            subresource=str(request.get("subResource") or ""),
            namespace=str(request.get("namespace") or ""),
            converted=(request.get("requestKind") or kind) != kind,
            object=_named(request.get("object"), str(request.get("name") or "")),
            old=_map(request.get("oldObject")),
        )


def _map(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def _metadata(value: dict[str, Any] | None) -> dict[str, Any]:
    return _map((value or {}).get("metadata")) or {}


def _named(value: Any, name: str) -> dict[str, Any] | None:
    """The object; one whose name the API server makes has one that stands for it."""
    made, metadata = _map(value), _metadata(_map(value))
    if made is not None and not metadata.get("name"):
        made["metadata"] = {**metadata, "name": name or f"{metadata.get('generateName', '')}x"}
    return made
