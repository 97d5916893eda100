"""Older versions of a kind become its storage version with all their fields.

Each file of `tests/data/kinds/versions` holds a resource in an older version and as it is stored.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Conversion, Kinds, Read
from pipeline.model import Path as FieldPath
from pipeline.model.conversion import Move
from pipeline.schema import BUILTIN_KINDS
from sources.manifests import Manifests
from sources.settings import FilesSettings
from sources.source import SourceContext

KINDS = Kinds(BUILTIN_KINDS)
FILES = sorted((Path(__file__).parents[2] / "data" / "kinds" / "versions").glob("*.yaml"))
INGRESS = """\
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: web}
spec:
  backend:
    serviceName: fallback
    servicePort: 80
  rules:
    - http:
        paths:
          - backend:
              serviceName: web
              servicePort: http
"""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_written_and_what_is_stored_are_one(
    file: Path, decode: Callable[..., Read]
) -> None:
    written, stored = (
        decode(text, kinds=KINDS).resources[0].resource for text in file.read_text().split("---\n")
    )
    assert written.document() == stored.document()
    assert written == stored


def test_every_conversion_has_a_case() -> None:
    given_in_files = {
        (line.split()[1], text.split("kind: ")[1].split()[0])
        for text in (file.read_text() for file in FILES)
        for line in text.splitlines()[:1]
    }
    with_steps = {
        (each.api_version, kind.kind)
        for kind in BUILTIN_KINDS
        for each in kind.conversions
        if each.steps
    }
    alike = {("apps/v1beta1", "Deployment"), ("extensions/v1beta1", "ReplicaSet")}
    webhook = {("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration")}
    assert with_steps - given_in_files == alike | webhook


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("spec", "defaultBackend"), 5),
        (("spec", "defaultBackend", "service", "name"), 6),
        (("spec", "defaultBackend", "service", "port", "number"), 7),
        (("spec", "rules", 0, "http", "paths", 0, "backend", "service", "name"), 12),
        (("spec", "rules", 0, "http", "paths", 0, "backend", "service", "port", "name"), 13),
        (("metadata", "name"), 3),
    ],
)
def test_a_finding_points_to_where_the_field_was_written(path: FieldPath, line: int) -> None:
    settings = FilesSettings(name="team", path=Path("unused"))
    manifests = Manifests(settings, SourceContext(KINDS))
    read = manifests.read("a.yaml", INGRESS.encode())
    assert isinstance(read, Read)
    place = manifests.locate(INGRESS.encode(), read.resources[0].origin, path)
    assert place is not None
    assert place.line == line


def test_a_field_of_the_storage_version_is_found_where_it_was_written() -> None:
    """As of an old apiVersion over a body of today: nothing moves, and all is where it stands."""
    text = """\
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend:
    service:
      name: web
      port: {number: 80}
"""
    manifests = Manifests(FilesSettings(name="team", path=Path("unused")), SourceContext(KINDS))
    read = manifests.read("a.yaml", text.encode())
    assert isinstance(read, Read)
    path = ("spec", "defaultBackend", "service", "name")
    place = manifests.locate(text.encode(), read.resources[0].origin, path)
    assert place is not None
    assert place.line == 7


def test_what_the_text_has_once_is_converted_wherever_it_stands(
    decode: Callable[..., Read],
) -> None:
    text = """\
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: web}
spec:
  backend: &web {serviceName: web, servicePort: 1}
  rules: [{http: {paths: [{backend: *web}]}}]
"""
    spec = decode(text, kinds=KINDS).resources[0].resource.document().body["spec"]
    backend = {"service": {"name": "web", "port": {"number": 1}}}
    assert spec["defaultBackend"] == backend
    assert spec["rules"][0]["http"]["paths"][0]["backend"] == backend


DEPLOYMENT = """\
apiVersion: apps/v1beta1
kind: Deployment
metadata: {name: web}
spec:
  selector: %s
  template:
    metadata:
      labels: {app: web, tier: front}
"""


@pytest.mark.parametrize(
    ("selector", "stored"),
    [
        ("null", {"matchLabels": {"app": "web", "tier": "front"}}),
        ("{}", {}),
        ("{matchLabels: {app: web}}", {"matchLabels": {"app": "web"}}),
        (
            "{matchExpressions: [{key: app, operator: Exists}]}",
            {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
        ),
    ],
)
def test_the_labels_of_the_template_are_the_selector_where_there_is_none(
    decode: Callable[..., Read], selector: str, stored: object
) -> None:
    """As `SetDefaults_Deployment` of Kubernetes has it: a selector is taken as it is written."""
    (one,) = decode(DEPLOYMENT % selector, kinds=KINDS).resources
    assert one.resource.document().body["spec"]["selector"] == stored


@pytest.mark.parametrize(("selector", "line"), [("null", 8), ("{matchLabels: {app: web}}", 5)])
def test_a_selector_that_is_written_out_is_found_there(selector: str, line: int) -> None:
    data = (DEPLOYMENT % selector).encode()
    manifests = Manifests(FilesSettings(name="team", path=Path("unused")), SourceContext(KINDS))
    read = manifests.read("a.yaml", data)
    assert isinstance(read, Read)
    path = ("spec", "selector", "matchLabels", "app")
    place = manifests.locate(data, read.resources[0].origin, path)
    assert place is not None
    assert place.line == line


@pytest.mark.parametrize("odd", ["x", [7], 7])
def test_what_is_in_the_way_of_a_conversion_stays(decode: Callable[..., Read], odd: object) -> None:
    """It is wrong, and the schema says so."""
    spec = {"targetCPUUtilizationPercentage": 80, "metrics": odd}
    head = {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler"}
    (one,) = decode(
        json.dumps({**head, "metadata": {"name": "web"}, "spec": spec}), kinds=KINDS
    ).resources
    assert one.resource.document().body["spec"] == spec


def test_a_name_within_the_body_is_filled_in(decode: Callable[..., Read]) -> None:
    text = """\
apiVersion: envoy.config.endpoint/v3
kind: ClusterLoadAssignment
metadata: {name: outbound|80||web.shop}
spec: {endpoints: []}
"""
    (one,) = decode(text, kinds=KINDS).resources
    assert one.resource.key.namespace == ""
    assert one.resource.document().body["spec"] == {
        "cluster_name": "outbound|80||web.shop",
        "endpoints": [],
    }
    named = text.replace("endpoints: []", "clusterName: web, endpoints: []")
    body = decode(named, kinds=KINDS).resources[0].resource.document().body
    assert body["spec"] == {"clusterName": "web", "endpoints": []}
    empty = text.replace("spec: {endpoints: []}\n", "")
    assert decode(empty, kinds=KINDS).resources[0].resource.document().body == {}


CONVERSIONS = [each for kind in BUILTIN_KINDS for each in kind.conversions]
STEPS = [step for each in CONVERSIONS for step in each.steps]
MOVES = [step for step in STEPS if isinstance(step, Move)]
PATHS = [path for step in STEPS for path in (step.at, step.new)] + [step.old for step in MOVES]
WORDS = sorted({part for path in PATHS for part in path if isinstance(part, str)})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text("ab", max_size=3),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(WORDS),
            below,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from(CONVERSIONS), st.dictionaries(st.just("spec"), JSON))
def test_any_body_converts_and_converting_twice_changes_nothing(
    conversion: Conversion, body: dict[str, object]
) -> None:
    before = copy.deepcopy(body)
    once = conversion.convert(body)
    assert body == before
    assert conversion.convert(once) == once
