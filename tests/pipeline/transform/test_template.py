"""Templates: what is derived from a resource, and what is said where that does not work."""

from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import transform
from pipeline.model import Resource
from pipeline.transform import TransformError
from pipeline.transform.template.errors import TemplateSyntaxError
from pipeline.transform.template.expression import Scope
from pipeline.transform.template.stage import MOST_BYTES, MOST_RESOURCES
from pipeline.transform.template.texts import Text
from tests.pipeline.transform.conftest import Rig, resources

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web, canary: "true"}}
spec: {ports: [{port: 80, name: http}, {port: 443, name: https}], weight: 0.5}
"""
RULE: dict[str, Any] = {
    "apiVersion": "networking.istio.io/v1beta1",
    "kind": "DestinationRule",
    "metadata": {"name": "${object.metadata.name}", "labels": "${object.metadata.labels}"},
    "spec": {
        "host": "${object.metadata.name}.${object.metadata.namespace}.svc",
        "ports": "${object.spec.ports.map(p, p.port)}",
        "count": "${size(object.spec.ports)}",
        "subsets": ["${has(object.metadata.labels.canary) ? 'canary' : dyn(null)}", "stable"],
        "timeout": "${has(object.spec.timeout) ? object.spec.timeout : null}",
        "cost": "$$5",
    },
}


def template(*resources: dict[str, Any], **settings: Any) -> dict[str, Any]:
    match = {"kinds": ["Service"]}
    return {"type": "template", "name": "rules", "match": match, "resources": resources, **settings}


def test_a_resource_is_derived_with_values_of_their_types(new_rig: type[Rig]) -> None:
    rig = new_rig(template(RULE)).put(SERVICE)
    made = rig.get("DestinationRule/shop/web")
    assert made["apiVersion"] == "networking.istio.io/v1"
    assert made["metadata"]["labels"] == {"app": "web", "canary": "true"}
    assert made["spec"] == {
        "host": "web.shop.svc",
        "ports": [80, 443],
        "count": 2,
        "subsets": ["canary", "stable"],
        "cost": "$5",
    }
    assert rig.get("Service/shop/web")["spec"]["weight"] == 0.5
    assert rig.found() == []


def test_what_is_derived_names_its_parent_and_goes_with_it(new_rig: type[Rig]) -> None:
    rig = new_rig(template(RULE)).put(SERVICE)
    derived = next(key for key in rig.engine.outputs if key.name == "web" and "Rule" in str(key))
    assert [str(key) for key in rig.engine.parents(derived)] == ["core/Service/shop/web"]
    rig.put(SERVICE.replace("app: web", "app: other"))
    assert rig.get("DestinationRule/shop/web")["metadata"]["labels"]["app"] == "other"
    rig.remove("Service/shop/web")
    assert rig.names == []


def test_what_is_null_is_left_out(new_rig: type[Rig]) -> None:
    rig = new_rig(template(RULE)).put(SERVICE.replace("canary", "other"))
    spec = rig.get("DestinationRule/shop/web")["spec"]
    assert spec["subsets"] == ["stable"]
    assert "timeout" not in spec


def test_one_is_derived_for_each_element_of_a_list(new_rig: type[Rig]) -> None:
    each = {**RULE, "metadata": {"name": "${object.metadata.name}-${item.name}"}}
    each["spec"] = {"port": "${item.port}"}
    rig = new_rig(template(each, each="object.spec.ports", keep=False)).put(SERVICE)
    assert rig.names == ["DestinationRule/shop/web-http", "DestinationRule/shop/web-https"]
    assert rig.get("DestinationRule/shop/web-https")["spec"] == {"port": 443}


def test_each_element_costs_what_it_holds_and_not_what_all_hold(new_rig: type[Rig]) -> None:
    name = {"name": "${object.metadata.name}-${item.name}"}
    each = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": name, "data": "${item.text}"}
    rig = new_rig(template(each, each="object.spec.parts"))
    (service,) = resources(SERVICE)

    def time(number: int) -> float:
        parts = [
            {"name": f"{at}", "text": dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "b" * 20)}
            for at in range(number)
        ]
        held = Resource.build(service.key, "v1", body={"spec": {"parts": parts}})
        begin = process_time()
        rig.engine.apply({held.key: held})
        return process_time() - begin

    few, many = (min(time(number + again) for again in range(5)) for number in (40, 400))
    assert many < 25 * few


@pytest.mark.parametrize(("where", "count"), [("size(object.spec.ports) > 1", 2), ("false", 1)])
def test_nothing_is_derived_where_it_is_not_wanted(
    new_rig: type[Rig], where: str, count: int
) -> None:
    assert len(new_rig(template(RULE, where=where)).put(SERVICE).names) == count


def test_a_cluster_scoped_resource_has_no_namespace(new_rig: type[Rig]) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns-${object.kind}"}}
    namespace["metadata"]["name"] = "${object.metadata.namespace}"  # type: ignore[index]  # a map
    rig = new_rig(template(namespace)).put(SERVICE)
    assert rig.names == ["Namespace//shop", "Service/shop/web"]


def test_a_template_can_take_the_place_of_its_resource(new_rig: type[Rig]) -> None:
    same = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "${object.metadata.name}"}}
    rig = new_rig(template({**same, "spec": {"new": True}}, keep=False)).put(SERVICE)
    assert rig.get("Service/shop/web")["spec"] == {"new": True}


@pytest.mark.parametrize("version", ["networking.k8s.io/v1beta1", "extensions/v1beta1"])
def test_what_is_derived_in_an_older_version_reads_as_the_stored_one(
    new_rig: type[Rig], version: str
) -> None:
    backend = {"serviceName": "${object.metadata.name}", "servicePort": 80}
    old = {"apiVersion": version, "kind": "Ingress", "metadata": {"name": "a"}}
    made = (
        new_rig(template({**old, "spec": {"backend": backend}})).put(SERVICE).get("Ingress/shop/a")
    )
    assert made["apiVersion"] == "networking.k8s.io/v1"
    service = {"name": "web", "port": {"number": 80}}
    assert made["spec"] == {"defaultBackend": {"service": service}}


def broken(**changes: Any) -> dict[str, Any]:
    return {**RULE, **changes}


def named(name: Any, **more: Any) -> dict[str, Any]:
    return broken(metadata={"name": name, **more})


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (
            template(broken(spec={"a": ["${object.spec.none}"]})),
            "GAL0457",
            "resources[0].spec.a[0]: there is no field none; ask has(...none) first",
        ),
        (template(broken(spec={"a": "${object.spec.ports[9]}"})), "GAL0457", "index error"),
        (template(broken(spec="${1 / 0}")), "GAL0457", "divide by zero"),
        (template(broken(spec="x-${object.spec}")), "GAL0457", "only texts, numbers"),
        (
            template(broken(spec="${timestamp('2020-01-01T00:00:00Z')}")),
            "GAL0457",
            "it makes a datetime, which JSON does not have",
        ),
        (template(broken(spec="${{1: 2}}")), "GAL0457", "the key 1, which is no text"),
        (template(broken(spec="${1.0 / 0.0}")), "GAL0457", "the number inf"),
        (template(RULE, where="object.metadata.name"), "GAL0457", "where: it makes STRING, and"),
        (template(RULE, where="object.none"), "GAL0457", "where: there is no field none"),
        (template(RULE, each="object.metadata.name"), "GAL0457", "each: it makes no list"),
        (template(named("*.${object.metadata.name}")), "GAL0458", "name is '*.web', and must be"),
        (template(named("${size(object.spec.ports)}")), "GAL0458", "name is 2, and must be a text"),
        (template(named("${dyn(null)}")), "GAL0458", "metadata.name is None, and must be"),
        (template(named("a", namespace="A")), "GAL0458", "metadata.namespace is 'A'"),
        (template(named("a", uid="1")), "GAL0458", "metadata.uid cannot be given"),
        (template(named("a", labels="${1}")), "GAL0458", "metadata.labels is not a mapping"),
        (template(named("a", labels={"a": "${1}"})), "GAL0458", "'a' in metadata.labels is not"),
        (template(RULE, RULE), "GAL0460", "DestinationRule/shop/web twice"),
        (template(RULE, each="[1, 2]"), "GAL0460", "DestinationRule/shop/web twice"),
        (
            template(broken(kind="Service", apiVersion="v1")),
            "GAL0460",
            "core/Service/shop/web twice",
        ),
    ],
)  # fmt: skip
def test_what_does_not_work_is_an_error_on_the_resource(
    new_rig: type[Rig], given: dict[str, Any], code: str, says: str
) -> None:
    """Nothing is derived then, and nothing else is lost."""
    rig = new_rig(given).put(SERVICE)
    ((found, _, message),) = rig.found()
    assert found == code
    assert says in message
    assert "of transform rules" in message
    assert rig.names == ["Service/shop/web"]


def test_what_is_derived_from_one_resource_is_bounded(new_rig: type[Rig]) -> None:
    ports = ", ".join(f"{{port: {number}}}" for number in range(MOST_RESOURCES))
    text = "x" * (MOST_BYTES // 10)
    many = f"{{apiVersion: v1, kind: Service, metadata: {{name: a}}, spec: {{ports: [{ports}]}}}}"
    for name in ("a-${item.port}", "b-${item}"):
        each = "object.spec.ports" if name[0] == "a" else "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
        long = {**named(name), "text": text if name[0] == "b" else ""}
        rig = new_rig(template(long, each=each)).put(many)
        assert [found[0] for found in rig.found()] == ["GAL0459"]
        assert rig.names == ["Service/default/a"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (template(), "at least 1 item"),
        (template({"kind": "A", "metadata": {"name": "a"}}), "resources[0].apiVersion must be"),
        (template(broken(kind="${object.kind}")), "resources[0].kind must be a text without"),
        (template(broken(metadata={})), "resources[0].metadata.name must be there"),
        (
            template(broken(spec={"a": ["${object.}"]})),
            "resources[0].spec.a[0]: Syntax error: no viable alternative",
        ),
        (template(RULE, where="'text'"), "where: it makes STRING, and true or false is needed"),
        (template(broken(spec="${item.port}")), "undeclared reference to 'item"),
        (template(broken(spec="${object.spec")), "has no closing brace"),
        (template(broken(spec="${'}")), "has no closing brace"),
        (template(RULE, where="object ="), "where: "),
        (template(RULE, each="object ="), "each: "),
        (template(RULE, wher="x"), "did you mean where"),
    ],
)
def test_a_template_that_is_none_is_refused_with_the_field(
    given: dict[str, Any], says: str
) -> None:
    with pytest.raises(TransformError) as caught:
        transform.build([given])
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "makes"),
    [
        ("", ""),
        ("a", "a"),
        ("$", "$"),
        ("$a", "$a"),
        ("$$", "$"),
        ("$${a}", "${a}"),
        ("${1}", 1),
        ("${true}", True),
        ("a${true}", "atrue"),
        ("${1}${2.5}", "12.5"),
        ("${{'a': {'b': 1}}.a}", {"b": 1}),
        ("${'}'}", "}"),
        ("${'\\'}'}", "'}"),
        ('${"{"}x', "{x"),
        ("${object.name + '-x'}", "web-x"),
    ],
)
def test_a_text_is_taken_apart_at_the_right_places(text: str, makes: Any) -> None:
    scope = Scope()
    assert Text(text, scope).value(scope.given({"object": {"name": "web"}})) == makes


@given(st.text(alphabet="${}'\"\\ab1+.", max_size=20))
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    try:
        Text(text, Scope())
    except TemplateSyntaxError:
        assert "${" in text


def test_two_that_derive_one_key_are_told(new_rig: type[Rig]) -> None:
    """By the engine, as for any stage."""
    rig = new_rig(template(named("same"))).put(SERVICE + "---" + SERVICE.replace("web", "api"))
    assert [found[0] for found in rig.found("GAL10")] == ["GAL1003"]


def test_optional_fields_make_templates_short(new_rig: type[Rig]) -> None:
    """One that is hidden in a map is told: the runtime itself would end the process."""
    spec = {
        "timeout": "${object.?spec.timeout.orValue(null)}",
        "weight": "${object.?spec.weight.orValue(1.0)}",
    }
    rig = new_rig(template({**RULE, "spec": spec})).put(SERVICE)
    assert rig.get("DestinationRule/shop/web")["spec"] == {"weight": 0.5}

    hidden = {"made": "${{'x': dyn(object.?spec)}}"}
    (found,) = new_rig(template({**RULE, "spec": hidden})).put(SERVICE).found()
    assert "it makes an optional" in str(found)
