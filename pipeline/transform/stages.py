"""The built-in transforms: each a small stage that changes one resource and reads no other.

A transform that cannot be applied leaves the resource as it is and reports why.
"""

from collections.abc import Mapping

from pipeline.manifest import manifest
from pipeline.match import Match, Matcher
from pipeline.model import Document, Kinds, Resource
from pipeline.model.messages import transform as messages
from pipeline.stage import Index, Outcome, Reader
from pipeline.transform import settings
from pipeline.transform.errors import PatchFailedError, TransformRefusedError
from pipeline.transform.merge import merged
from pipeline.transform.patch import Operation, patched
from pipeline.transform.rebuild import from_manifest, relabelled


class Transform:
    """What all transforms share: a name, a match, and that they touch only what matches."""

    collections: frozenset[str] = frozenset()
    indexes: frozenset[Index] = frozenset()

    def __init__(self, name: str, match: Match, kinds: Kinds | None = None) -> None:
        self.name = f"transform/{name}"
        self._label = name
        self._matcher = Matcher(match, kinds)

    def handles(self, collection: str) -> bool:
        return self._matcher.handles(collection)

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        if not self._matcher.matches(resource.key, document.labels):
            return Outcome((resource,))
        try:
            return self.outcome(resource, document, reader)
        except TransformRefusedError as refusal:
            return Outcome((resource,), refusal.diagnostics)

    def outcome(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002  # reads nothing
        """What becomes of a resource that matches; `changed`, unless a transform says otherwise.

        Raises:
            TransformRefusedError: the transform does not fit this resource.
        """
        return Outcome((self.changed(resource, document),))

    def changed(self, resource: Resource, document: Document) -> Resource:  # noqa: ARG002  # kept
        """The resource as it is to be; as it is, unless a transform says otherwise.

        Raises:
            TransformRefusedError: the transform does not fit this resource.
        """
        return resource


class Labels(Transform):
    """Sets and removes labels."""

    def __init__(self, given: settings.LabelsSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._set, self._remove = given.set, frozenset(given.remove)

    def changed(self, resource: Resource, document: Document) -> Resource:
        labels = _edited(document.labels, self._set, self._remove)
        return relabelled(
            self._label, resource, Document(labels, document.annotations, document.body)
        )


class Annotations(Transform):
    """Sets and removes annotations."""

    def __init__(self, given: settings.AnnotationsSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._set, self._remove = given.set, frozenset(given.remove)

    def changed(self, resource: Resource, document: Document) -> Resource:
        annotations = _edited(document.annotations, self._set, self._remove)
        return relabelled(
            self._label, resource, Document(document.labels, annotations, document.body)
        )


class Namespace(Transform):
    """Moves resources to other namespaces; what refers to them is not rewritten."""

    def __init__(self, given: settings.NamespaceSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._map = given.map

    def changed(self, resource: Resource, document: Document) -> Resource:
        key = resource.key
        namespace = self._map.get(key.namespace, key.namespace) if key.namespace else ""
        if namespace == key.namespace:
            return resource
        return relabelled(self._label, resource, document, key=key._replace(namespace=namespace))


class Merge(Transform):
    """Applies a JSON merge patch to the manifest."""

    def __init__(self, given: settings.MergeSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._patch = given.merge

    def changed(self, resource: Resource, document: Document) -> Resource:
        result = merged(manifest(resource, document), self._patch)
        return from_manifest(self._label, resource, result)


class Patch(Transform):
    """Applies a JSON patch to the manifest, whole or not at all."""

    def __init__(self, given: settings.PatchSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._operations = tuple(
            Operation.build(step.op, step.path, source=step.source, value=step.value)
            for step in given.patch
        )

    def changed(self, resource: Resource, document: Document) -> Resource:
        try:
            result = patched(manifest(resource, document), self._operations)
        except PatchFailedError as error:
            report = messages.PATCH_FAILED.report(
                key=resource.key, transform=self._label, problem=error
            )
            raise TransformRefusedError(report) from error
        return from_manifest(self._label, resource, result)


class Drop(Transform):
    """Takes out the resources that match."""

    def __init__(self, given: settings.DropSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002  # reads nothing
        dropped = self._matcher.matches(resource.key, document.labels)
        return Outcome(() if dropped else (resource,))


class Select(Transform):
    """Keeps only the resources that match."""

    def __init__(self, given: settings.SelectSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)

    def handles(self, collection: str) -> bool:  # noqa: ARG002  # what does not match is dropped
        return True

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002  # reads nothing
        kept = self._matcher.matches(resource.key, document.labels)
        return Outcome((resource,) if kept else ())


def _edited(
    held: Mapping[str, str], given: Mapping[str, str], remove: frozenset[str]
) -> dict[str, str]:
    return {name: value for name, value in held.items() if name not in remove} | dict(given)
