"""A plain value to a resource: the structure that every resource has, whatever its kind.

What the cluster writes into a resource (status, managedFields, uid, resourceVersion, generation,
creationTimestamp, ownerReferences, finalizers) is not configuration and is dropped here. So is the
data of a Secret, wherever it stands; see `secrets`.
"""

from sys import intern
from typing import Any

from pipeline.model import Diagnostic, Key, Path, Resource, UnencodableError
from pipeline.model.messages import Message, reading, structure
from sources.manifests import names, secrets
from sources.manifests.parsed import Parsed, placed
from sources.manifests.types import BadType, Type, Types
from sources.source import Limits

_OUTSIDE_BODY = frozenset({"apiVersion", "kind", "metadata", "status"})


class Documents:
    """Turns documents into resources, and says what keeps a document from being one."""

    def __init__(
        self, types: Types, limits: Limits, default_namespace: str, *, status: bool = False
    ) -> None:
        self.outside = _OUTSIDE_BODY - {"status"} if status else _OUTSIDE_BODY
        """Top-level fields that are no part of a body; the status is, if whoever reads has left
        only what is wanted of it."""
        self._types = types
        self._limits = limits
        self._default_namespace = default_namespace

    def resource(self, document: Parsed, found: list[Diagnostic]) -> Resource | None:
        """The resource in a document; None where errors were added to `found`.

        The document is a map with an apiVersion or a kind.
        """
        return _Reading(self, document, found).resource()

    def kind_of(self, fields: dict[str, Any]) -> Type | BadType:
        """The type that apiVersion and kind, both texts, name."""
        return self._types.get(fields["apiVersion"], fields["kind"])

    def namespace(self, kind: Type, given: str) -> str:
        """The namespace that a resource lives in."""
        return (given or self._default_namespace) if kind.namespaced else ""

    def written(self, fields: object, path: Path) -> Path:
        """Where in a document, given as a plain value, what a finding names by `path` stands: an
        older version may have it somewhere else."""
        given = fields if isinstance(fields, dict) else {}
        api_version, kind = given.get("apiVersion"), given.get("kind")
        if not isinstance(api_version, str) or not isinstance(kind, str):
            return path
        found = self._types.get(api_version, kind)
        conversion = found.conversion if isinstance(found, Type) else None
        return conversion.written(path, given) if conversion else path

    @property
    def limits(self) -> Limits:
        return self._limits


class _Reading:
    """One document being read; gathers all that is wrong with it."""

    __slots__ = ("_bad", "_document", "_fields", "_found", "_key", "_rules")

    def __init__(self, rules: Documents, document: Parsed, found: list[Diagnostic]) -> None:
        self._rules = rules
        self._document = document
        self._fields: dict[str, Any] = document.value  # type: ignore[assignment]  # a map, see above
        self._found = found
        self._key: Key | None = None
        self._bad = False

    def resource(self) -> Resource | None:
        kind = self._type()
        metadata = self._map("metadata")
        if kind is None or metadata is None:
            return None
        name = self._name(metadata, kind)
        namespace = self._namespace(metadata, kind)
        if name and namespace is not None:
            self._key = Key(kind.collection, intern(namespace), name)
        labels = self._texts(metadata, "labels")
        annotations = self._texts(metadata, "annotations")
        self._check_labels(labels)
        self._check_annotations(annotations)
        if self._bad or self._key is None:
            return None
        return self._build(self._key, kind, labels, annotations)

    def _build(
        self, key: Key, kind: Type, labels: dict[str, str], annotations: dict[str, str]
    ) -> Resource | None:
        outside = self._rules.outside
        body = {name: value for name, value in self._fields.items() if name not in outside}
        if kind.secret:
            body = secrets.body_of(body)
            annotations = secrets.annotations_of(annotations)
        body = kind.stored(body, key.name)
        try:
            built = Resource.build(
                key, kind.api_version, labels=labels, annotations=annotations, body=body
            )
        except UnencodableError as error:
            self._fault(reading.NO_CANONICAL_FORM, error.path, problem=error.problem)
            return None
        size, limit = len(built.content), self._rules.limits.resource_bytes
        if size > limit:
            self._fault(reading.RESOURCE_TOO_LARGE, (), size=size, limit=limit)
            return None
        return built

    def _type(self) -> Type | None:
        given = [name for name in ("apiVersion", "kind") if self._given(name)]
        if self._bad:
            return None
        if len(given) < 2:
            missing = "kind" if given else "apiVersion and kind"
            missing = "apiVersion" if given == ["kind"] else missing
            self._fault(structure.HALF_A_TYPE, (), missing=missing)
            return None
        kind = self._rules.kind_of(self._fields)
        if isinstance(kind, BadType):
            self._fault(kind.message, (kind.field,), **kind.facts)
            return None
        return kind

    def _given(self, name: str) -> bool:
        """Whether a field of the document is there and is text; a fault if it is not text."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, str):
            self._wrong((name,), "text", value)
        return bool(value)

    def _map(self, name: str) -> dict[str, Any] | None:
        value = self._fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong((name,), "a map", value)
            return None
        return value

    def _name(self, metadata: dict[str, Any], kind: Type) -> str:
        name = metadata.get("name")
        if name is None or name == "":
            generated = "generateName" in metadata
            path = ("metadata", "generateName") if generated else ("metadata",)
            hint = "; generateName is not supported" if generated else ""
            self._fault(structure.NO_NAME, path, hint=hint)
            return ""
        if not isinstance(name, str):
            self._wrong(("metadata", "name"), "text", name)
            return ""
        rule = names.name_rule(name, kind.group)
        if rule:
            self._fault(structure.BAD_NAME, ("metadata", "name"), name=name[:300], rule=rule)
        return "" if rule else name

    def _namespace(self, metadata: dict[str, Any], kind: Type) -> str | None:
        given = metadata.get("namespace")
        path = ("metadata", "namespace")
        if given is not None and not isinstance(given, str):
            self._wrong(path, "text", given)
            return None
        if given and not kind.namespaced:
            facts = {"kind": kind.kind, "namespace": given}
            self._note(structure.NAMESPACE_DROPPED, path, **facts)
        elif given and (rule := names.namespace_rule(given)):
            self._fault(structure.BAD_NAMESPACE, path, name=given[:100], rule=rule)
            return None
        return self._rules.namespace(kind, given or "")

    def _texts(self, metadata: dict[str, Any], field: str) -> dict[str, str]:
        """Labels or annotations: a map of text to text."""
        value = metadata.get(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong(("metadata", field), "a map", value)
            return {}
        for name, text in value.items():
            if text.__class__ is not str:
                self._wrong(("metadata", field, name), "text", text)
        return value

    def _check_labels(self, labels: dict[str, str]) -> None:
        for name, value in labels.items():
            path = ("metadata", "labels", name)
            if rule := names.label_key_rule(name):
                self._fault(structure.BAD_LABEL, path, what="label", text=name[:100], rule=rule)
            elif value.__class__ is str and (rule := names.label_value_rule(value)):
                facts = {"what": f"value of the label {name!r},", "text": value[:100]}
                self._fault(structure.BAD_LABEL, path, rule=rule, **facts)

    def _check_annotations(self, annotations: dict[str, str]) -> None:
        for name in annotations:
            if rule := names.label_key_rule(name):
                facts = {"what": "annotation", "text": name[:100], "rule": rule}
                self._fault(structure.BAD_LABEL, ("metadata", "annotations", name), **facts)

    def _wrong(self, path: Path, wanted: str, value: object) -> None:
        facts = {"field": ".".join(map(str, path)), "wanted": wanted, "kind": kind_of(value)}
        self._fault(structure.WRONG_TYPE, path, **facts)

    def _fault(self, message: Message, path: Path, **facts: Any) -> None:
        self._bad = True
        self._note(message, path, **facts)

    def _note(self, message: Message, path: Path, **facts: Any) -> None:
        report = message.report(key=self._key, path=path, **facts)
        written = self._rules.written(self._fields, path)
        self._found.append(placed(report, self._document.locate(written)))


def kind_of(value: object) -> str:
    """What a plain value is, in the words of a diagnostic."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value!s:.40}"
    if isinstance(value, dict):
        return "a map"
    return "a list" if isinstance(value, list) else "text"
