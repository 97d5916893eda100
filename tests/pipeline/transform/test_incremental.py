"""Transforms together: after any edits the engine is where one run over everything would be."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Key, Resource
from tests.pipeline.transform.conftest import Rig, resources

TRANSFORMS: tuple[dict[str, Any], ...] = (
    {
        "type": "overlay",
        "name": "prod",
        "overlays": [
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "a", "labels": {"tier": "${TIER}"}},
            },
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b"}, "$patch": "delete"},
        ],
    },
    {
        "type": "substitute",
        "name": "vars",
        "types": {"PORT": "number"},
        "config_maps": [
            {"namespace": "default", "name": "x", "optional": True},
            {"namespace": "default", "name": "y"},
        ],
    },
    {"type": "authentication", "name": "old"},
    {
        "type": "template",
        "name": "rules",
        "match": {"kinds": ["Service"]},
        "each": "has(object.spec.ports) ? object.spec.ports : []",
        "resources": [
            {
                "apiVersion": "networking.istio.io/v1",
                "kind": "DestinationRule",
                "metadata": {"name": "${object.metadata.name}-${item.port}"},
                "spec": {"host": "${object.metadata.labels.tier}"},
            }
        ],
    },
    {"type": "visibility", "name": "seen", "rules": [{"labels": "private", "export_to": ["."]}]},
    {"type": "defaults", "name": "filled"},
)


def config_map(name: str, data: Mapping[str, str]) -> str:
    held = ", ".join(f'{key}: "{value}"' for key, value in data.items())
    return f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{{held}}}}}"


def service(name: str, port: str, tier: str) -> str:
    return (
        f"{{apiVersion: v1, kind: Service, metadata: {{name: {name}, labels: {{tier: {tier}}}}},"
        f" spec: {{selector: {{app: {tier}}}, ports: [{{port: {port}}}]}}}}"
    )


names = st.sampled_from("ab")
data = st.dictionaries(st.sampled_from(["TIER", "PORT"]), st.sampled_from(["1", "2", "web"]))
manifests = st.one_of(
    st.builds(config_map, st.sampled_from("xy"), data),
    st.builds(
        service,
        names,
        st.sampled_from(["80", "'${PORT}'", "'${PORT:-9}'"]),
        st.sampled_from(["web", "'${TIER}'", "'${TIER:-d}'", "'${'"]),
    ),
    st.builds(
        "{{apiVersion: v1, kind: Namespace, metadata: {{name: default, {}}}}}".format,
        st.sampled_from(
            [
                "labels: {private: 'yes'}",
                "annotations: {networking.istio.io/exportTo: '*'}",
                "annotations: {networking.istio.io/exportTo: '~'}",
            ]
        ),
    ),
    st.builds(
        "{{apiVersion: authentication.istio.io/v1alpha1, kind: Policy, metadata: {{name: p}},"
        " spec: {{targets: [{{name: {}}}], peers: [{{mtls: {{}}}}]}}}}".format,
        names,
    ),
)
edits = st.lists(st.tuples(manifests, st.booleans()), min_size=1, max_size=10)


@settings(max_examples=150)
@given(edits)
def test_edits_lead_where_one_run_leads(edits: list[tuple[str, bool]]) -> None:
    rig, held = Rig(*TRANSFORMS), dict[Key, Resource]()
    for text, keep in edits:
        (resource,) = resources(text)
        rig.engine.apply({resource.key: resource if keep else None})
        if keep:
            held[resource.key] = resource
        else:
            held.pop(resource.key, None)
    whole = Rig(*TRANSFORMS)
    whole.engine.apply(held)

    assert dict(rig.engine.outputs) == dict(whole.engine.outputs)
    assert rig.engine.remarks() == whole.engine.remarks()
    assert list(rig.engine.findings()) == list(whole.engine.findings())
    for key in whole.engine.outputs:
        assert rig.engine.parents(key) == whole.engine.parents(key)


def test_what_the_edits_make_is_what_the_transforms_are_for() -> None:
    """So that the property is not true of nothing."""
    variables = config_map("y", {"TIER": "web", "PORT": "81"})
    user = service("a", "'${PORT}'", "x")
    rig = Rig(*TRANSFORMS).put(f"{variables}\n---\n{user}")
    assert rig.get("DestinationRule/default/a-81")["spec"] == {"host": "web"}
    assert rig.get("Service/default/a")["spec"]["ports"] == [
        {"port": 81, "protocol": "TCP", "targetPort": 81}
    ]
    assert rig.found() == []
