"""Of its own kinds an API server publishes fields and types: we refuse what its decoder refuses of
these, and nothing that it creates."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given

from pipeline import schema
from pipeline.model import Key, Resource
from pipeline.schema import SchemaText, openapi
from pipeline.schema.text import documents
from tests.cluster.server import Cluster
from tests.conformance.crds.generate import broken, objects
from tests.conformance.crds.oracle import Oracle, Subject
from tests.conformance.crds.test_differential import many

KINDS = {
    "core/ConfigMap": "api/v1",
    "core/Service": "api/v1",
    "core/Pod": "api/v1",
    "networking.k8s.io/Ingress": "apis/networking.k8s.io/v1",
    "apps/Deployment": "apis/apps/v1",
}
NOT_DECODED = "cannot be handled as a", "unmarshal", "strict decoding error"
NOT_PUBLISHED = "quantit", "parsing time", "illegal base64"
"""What its decoder says of texts whose form it does not publish."""


@pytest.fixture(scope="session")
def core(cluster: Cluster) -> Mapping[str, Subject]:
    """The server's kinds as we understand what it publishes."""
    found: dict[str, Subject] = {}
    for path in set(KINDS.values()):
        published = cluster.request("GET", f"/openapi/v3/{path}")
        text = SchemaText(path, json.dumps(published))
        compiled = schema.build([text]).compiled
        for document in openapi.as_crds(next(iter(documents(text)))):
            spec = document.content["spec"]
            collection = f"{spec['group'] or 'core'}/{spec['names']['kind']}"
            found[collection] = Subject(document.content, compiled[collection])
    return found


def says(answer: Any, words: Iterable[str]) -> bool:
    return any(word in answer["message"] for word in words)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("collection", KINDS)
def test_core_kinds(oracle: Oracle, core: Mapping[str, Subject], collection: str) -> None:
    subject = core[collection]

    @many(200)
    @given(body=objects(subject.body) | broken(subject.body))
    def compare(body: dict[str, Any]) -> None:
        asked = {name: held for name, held in body.items() if name != "status"}
        ours = subject.judge(asked)
        status, said = oracle.ask(
            "POST",
            f"{subject.path}?dryRun=All&fieldValidation=Strict",
            {**subject.head("main"), **asked},
        )
        if status == 201:
            assert not ours.fields, ours.said
        elif says(said, NOT_DECODED) and not says(said, NOT_PUBLISHED):
            assert ours.fields, said["message"]

    compare()


def test_what_is_usual_passes(core: Mapping[str, Subject]) -> None:
    """Nulls, numbers for ports, and quantities in either form."""
    validator = core["core/Pod"].compiled.validator
    container = {
        "name": "a",
        "image": "b",
        "ports": None,
        "resources": {"limits": {"cpu": 1, "memory": "1Gi"}},
        "livenessProbe": {"httpGet": {"port": "http"}},
    }
    key = Key("core/Pod", "default", "main")
    pod = Resource.build(key, "v1", body={"spec": {"containers": [container]}})
    body, problems = validator.judge(pod, pod.document())
    assert not list(problems)
    assert body is not None
    assert "ports" not in body["spec"]["containers"][0]
