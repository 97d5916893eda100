"""Whatever is edited, policies with look-ups say what they would say if all were run anew."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine import Engine
from pipeline.model import Key, Resource

Change = dict[Key, Resource | None]

ROUTE, GATEWAY = "networking.istio.io/VirtualService", "networking.istio.io/Gateway"
CONFIG, NAMESPACE = "core/ConfigMap", "core/Namespace"
NAMES, HOSTS = ("a", "b", "c"), ("x", "y", None, {"odd": 1})


def rule(name: str, text: str, **more: Any) -> dict[str, Any]:
    message = {"messageExpression": "string(object.metadata.name)", "message": "No."}
    return {"name": name, "match": {"kinds": [ROUTE]}, "rule": text, **message, **more}


POLICIES = (
    rule(
        "names",
        "lookups.gateways.all(g, g.metadata.?labels.tls.orValue('') == 'on')",
        lookups=[{"name": "gateways", "kind": GATEWAY, "value": "object.spec.gateways"}],
    ),
    rule(
        "others",
        "size(variables.others) < int(params.most)",
        params={"most": 1},
        paramsFrom={"name": "a", "namespace": "a"},
        lookups=[
            {"name": "same", "kind": ROUTE, "by": "object.spec.hosts", "value": "object.spec.hosts"}
        ],
        variables=[
            {
                "name": "others",
                "expression": "lookups.same.filter(r, r.metadata != object.metadata)",
            }
        ],
        matchConditions=[{"name": "some", "expression": "size(lookups.same) > 0"}],
    ),
    rule(
        "chain",
        "size(lookups.configs) == size(lookups.gateways)",
        lookups=[
            {"name": "configs", "kind": CONFIG, "value": "lookups.gateways.map(g, g.spec.hosts)"},
            {"name": "gateways", "kind": GATEWAY, "value": "object.spec.gateways"},
        ],
    ),
    rule(
        "home",
        "namespaceObject.metadata.labels.?tls.orValue('') == 'on'",
        match={"kinds": [ROUTE], "namespace_labels": "env"},
        exemptions=[{"match": {"names": ["b"], "namespaces": ["a"]}, "reason": "The move."}],
    ),
)

bodies = st.fixed_dictionaries(
    {},
    optional={
        "hosts": st.sampled_from(HOSTS) | st.lists(st.sampled_from(HOSTS[:2]), max_size=2),
        "gateways": st.lists(st.sampled_from(("a", "b", "a/c", "b/a")), max_size=2),
        "most": st.integers(0, 2),
    },
)
labels = st.dictionaries(st.sampled_from(("tls", "env")), st.sampled_from(("on", "off")))
keys = st.builds(
    Key,
    st.sampled_from((ROUTE, ROUTE, GATEWAY, CONFIG)),
    st.sampled_from(NAMES[:2]),
    st.sampled_from(NAMES),
) | st.builds(Key, st.just(NAMESPACE), st.just(""), st.sampled_from(NAMES))


@st.composite
def resources(draw: st.DrawFn, key: Key) -> Resource | None:
    body = draw(st.none() | bodies)
    if body is None:
        return None
    field = "data" if key.collection == CONFIG else "spec"
    texts = {name: str(value) for name, value in body.items()}
    held = {field: texts if field == "data" else body}
    return Resource.build(key, "v1", labels=draw(labels), body=held)


edits = st.lists(
    st.lists(keys, max_size=5, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({key: resources(key) for key in chosen})
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(edits=edits)
def test_any_edits_end_where_a_full_run_does(
    engine_of: Callable[..., Engine], edits: list[Change]
) -> None:
    """What was read is recorded, and nothing else was read: a stage that does is a defect."""
    engine = engine_of(*POLICIES)
    for edit in edits:
        assert not engine.apply(edit).defects
    full = engine_of(*POLICIES)
    full.apply(dict(engine.inputs))
    assert list(engine.findings()) == list(full.findings())
    assert [each.blames for each in engine.findings()] == [each.blames for each in full.findings()]
