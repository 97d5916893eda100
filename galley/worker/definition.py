"""A CustomResourceDefinition out of what a source of schemas reads, and as the text of a schema.

Of a definition only what decides is kept, so that one whose status, metadata or prose changes is
the same as before. What an API server publishes of its own kinds is taken as definitions of these.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from json import dumps
from typing import Any

from pipeline import schema
from pipeline.kinds import DEFINITION
from pipeline.model import Diagnostic, Key, Kinds, Located, Read, Resource
from pipeline.schema import BUILTIN_KINDS, SchemaDocument, SchemaError, SchemaText
from sources.settings import PUBLISHED

_CALLED = "customresourcedefinitions"
_OWN = Kinds(BUILTIN_KINDS)


def published_alone(held: Sequence[Located]) -> bool:
    """Whether a place tells nothing of CRDs: what is published can be read where these cannot."""
    return all(schema.PUBLISHED in each.resource.labels for each in held)


def definitions(change: Read) -> Iterator[Located]:
    """What a place holds of definitions, and of kinds that are published, as definitions.

    Raises:
        SchemaError: what is published is damaged.
    """
    documents: list[Resource] = []
    for each in change.resources:
        if each.resource.key.collection == DEFINITION:
            yield replace(each, resource=_slim(each.resource))
        elif each.resource.key.collection == PUBLISHED:
            documents.append(each.resource)
    for resource in _published(documents):
        yield Located(resource, change.resources[0].origin)


def _published(documents: Sequence[Resource]) -> Iterator[Resource]:
    """A definition for each kind of a group, of which these are all versions."""
    given = (SchemaDocument(each.key.name, 1, dict(each.document().body)) for each in documents)
    for found in schema.of_group(given, _OWN):
        crd = found.content
        key = Key(DEFINITION, "", crd["metadata"]["name"])
        label = {schema.PUBLISHED: "true"}
        yield Resource.build(key, crd["apiVersion"], labels=label, body={"spec": crd["spec"]})


def _slim(definition: Resource) -> Resource:
    body = schema.essence(definition.document().body)
    return Resource.build(definition.key, definition.api_version, body=body)


def faults_of(held: Located) -> tuple[Diagnostic, ...]:
    """What keeps a definition from being used, judged by itself."""
    try:
        schema.build([text(held)])
    except SchemaError as error:
        return tuple(found.at_origin(held.origin) for found in error.diagnostics)
    return ()


def text(held: Located) -> SchemaText:
    """A definition as a schema file, under a name that says where it is; what names its state is
    left out, or every commit would make other schemas of the same."""
    key, origin = held.resource.key, held.origin
    document = held.resource.document()
    published = schema.PUBLISHED in document.labels
    place = f"{_CALLED}/{key.name}" if origin.locator == str(key) else origin.locator
    if published:  # of many kinds
        place = f"{origin.locator}/{key.name.partition('.')[0]}"
    manifest: dict[str, Any] = {
        "apiVersion": held.resource.api_version,
        "kind": "CustomResourceDefinition",
        "metadata": {"name": key.name} | ({"labels": document.labels} if published else {}),
        **document.body,
    }
    return SchemaText(f"{origin.source}: {place}", dumps(manifest, sort_keys=True))
