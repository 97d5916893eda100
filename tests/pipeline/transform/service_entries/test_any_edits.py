"""After any edits of Services, slices, Pods and Nodes the entries are those of a full run."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource

ENVIRONMENT = Environment.build(EnvironmentSpec(transforms=({"type": "service-entries"},)))
SERVICES, PODS, NODES = ("cart", "shop"), ("p1", "p2", "p3"), ("n1", "n2")
ADDRESSES = ("10.0.0.1", "10.0.0.2", "fd00::1", "a.example.net")

names = st.sampled_from(PODS)
labels = st.dictionaries(st.sampled_from(["app", "version"]), st.sampled_from("ab"), max_size=2)
ports = st.lists(
    st.fixed_dictionaries(
        {"port": st.sampled_from([80, 90, 0])},
        optional={
            "name": st.sampled_from(["http", "grpc", ""]),
            "protocol": st.sampled_from(["TCP", "UDP", "SCTP"]),
        },
    ),
    max_size=3,
)
conditions = st.dictionaries(
    st.sampled_from(["ready", "serving", "terminating"]), st.booleans(), max_size=3
)
targets = st.builds(lambda name: {"kind": "Pod", "name": name}, names)
endpoint = st.fixed_dictionaries(
    {"addresses": st.lists(st.sampled_from(ADDRESSES), max_size=1), "conditions": conditions},
    optional={"targetRef": targets, "nodeName": st.sampled_from(NODES)},
)
addresses = st.lists(
    st.fixed_dictionaries({"ip": st.sampled_from(ADDRESSES)}, optional={"targetRef": targets}),
    max_size=2,
)


def _built(key: Key, given_labels: dict[str, str], body: dict[str, Any]) -> Resource:
    return Resource.build(key, "v1", labels=given_labels, body=body)


def _services(key: Key) -> st.SearchStrategy[Resource]:
    spec = st.fixed_dictionaries(
        {"ports": ports},
        optional={
            "clusterIP": st.sampled_from(["10.96.0.1", "None"]),
            "type": st.just("ExternalName"),
            "externalName": st.just("b.example.net"),
        },
    )
    return st.builds(
        lambda given_labels, held: _built(key, given_labels, {"spec": held}), labels, spec
    )


def _slices(key: Key) -> st.SearchStrategy[Resource]:
    body = st.fixed_dictionaries({"endpoints": st.lists(endpoint, max_size=3), "ports": ports})
    owner = st.sampled_from(SERVICES).map(lambda name: {"kubernetes.io/service-name": name})
    return st.builds(lambda owned, held: _built(key, owned, held), owner, body)


def _endpoints(key: Key) -> st.SearchStrategy[Resource]:
    subset = st.fixed_dictionaries(
        {"addresses": addresses, "notReadyAddresses": addresses, "ports": ports}
    )
    return st.lists(subset, max_size=2).map(lambda held: _built(key, {}, {"subsets": held}))


def _pods(key: Key) -> st.SearchStrategy[Resource]:
    def build(given_labels: dict[str, str], address: str, phase: str, spec: Any) -> Resource:
        return _built(
            key, given_labels, {"spec": spec, "status": {"podIP": address, "phase": phase}}
        )

    spec = st.fixed_dictionaries(
        {},
        optional={
            "serviceAccountName": st.sampled_from("xy"),
            "nodeName": st.sampled_from(NODES),
            "hostNetwork": st.booleans(),
        },
    )
    phases = st.sampled_from(["Running", "Succeeded"])
    return st.builds(build, labels, st.sampled_from(ADDRESSES), phases, spec)


def _nodes(key: Key) -> st.SearchStrategy[Resource]:
    topology = st.dictionaries(
        st.sampled_from(["topology.kubernetes.io/region", "topology.kubernetes.io/zone"]),
        st.sampled_from("ab"),
        max_size=2,
    )
    return topology.map(lambda held: _built(key, held, {}))


def _every() -> Iterator[tuple[Key, st.SearchStrategy[Resource]]]:
    for name in SERVICES:
        for collection, made in (("core/Service", _services), ("core/Endpoints", _endpoints)):
            key = Key(collection, "shop", name)
            yield key, made(key)
    for name in ("s1", "s2", "s3"):
        key = Key("discovery.k8s.io/EndpointSlice", "shop", name)
        yield key, _slices(key)
    for name in PODS:
        key = Key("core/Pod", "shop", name)
        yield key, _pods(key)
    for name in NODES:
        key = Key("core/Node", "", name)
        yield key, _nodes(key)


KINDS = dict(_every())
edits = st.lists(
    st.sets(st.sampled_from(sorted(KINDS)), max_size=6).flatmap(
        lambda keys: st.fixed_dictionaries({key: st.none() | KINDS[key] for key in keys})
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(edits=edits)
def test_any_edits_end_where_a_full_run_does(edits: list[dict[Key, Resource | None]]) -> None:
    engine = Engine(ENVIRONMENT)
    for edit in edits:
        assert engine.apply(edit).defects == ()
    full = Engine(ENVIRONMENT)
    full.apply({key: engine.inputs[key] for key in reversed(list(engine.inputs))})
    assert dict(engine.outputs) == dict(full.outputs)
    assert list(engine.findings()) == list(full.findings())
    derived = [key for key in engine.outputs if "Synthetic" in key.collection]
    assert {key: engine.parents(key) for key in derived} == {
        key: (Key("core/Service", key.namespace, key.name),) for key in derived
    }
    assert not any(found.diagnostic.blocking for found in engine.findings())
