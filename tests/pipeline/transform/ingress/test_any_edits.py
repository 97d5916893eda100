"""Whatever is edited: the state is that of a full run, and requests go where Kubernetes says."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Key, Resource

Edit = dict[Key, Resource | None]
MakeMesh = Callable[..., Any]

INGRESS, CLASS = "networking.k8s.io/Ingress", "networking.k8s.io/IngressClass"
OURS = "istio.io/ingress-controller"
HOSTS = ("a.example.com", "b.a.example.com", "*.example.com", "")
PATHS = ("/", "/foo", "/foo/", "/foo/bar", "/foobar")

backends = st.builds(
    lambda service, port: {"service": {"name": service, "port": port}},
    st.sampled_from(("one", "two")),
    st.sampled_from(({"number": 80}, {"number": 81}, {"name": "http"})),
)
paths = st.fixed_dictionaries(
    {
        "path": st.sampled_from(PATHS),
        "pathType": st.sampled_from(("Exact", "Prefix", "ImplementationSpecific")),
        "backend": backends,
    }
)
rules = st.fixed_dictionaries(
    {"host": st.sampled_from(HOSTS)},
    optional={"http": st.fixed_dictionaries({"paths": st.lists(paths, min_size=1, max_size=3)})},
)
certificates = st.fixed_dictionaries(
    {},
    optional={
        "hosts": st.lists(st.sampled_from(HOSTS[:3]), max_size=2),
        "secretName": st.sampled_from(("x", "y")),
    },
)
specs = st.fixed_dictionaries(
    {"ingressClassName": st.sampled_from(("istio", "istio", "mesh", "nginx"))},
    optional={
        "rules": st.lists(rules, min_size=1, max_size=4),
        "defaultBackend": backends,
        "tls": st.lists(certificates, max_size=2),
    },
)
services = st.builds(
    lambda port, name: {"spec": {"ports": [{"port": port, "name": name}]}},
    st.sampled_from((80, 81)),
    st.sampled_from(("http", "other")),
)
classes = st.builds(
    lambda controller: {"spec": {"controller": controller}}, st.sampled_from((OURS, "other"))
)


def of(collection: str, namespace: str, name: str, bodies: st.SearchStrategy[Any]) -> Any:
    key = Key(collection, namespace, name)
    return key, st.none() | st.builds(lambda body: Resource.build(key, "v1", body=body), bodies)


ANYTHING = dict(
    [
        *(
            of(INGRESS, namespace, name, st.builds(lambda spec: {"spec": spec}, specs))
            for namespace in ("x", "y")
            for name in ("1", "2")
        ),
        *(of("core/Service", "x", name, services) for name in ("one", "two")),
        of(CLASS, "", "mesh", classes),
        of(CLASS, "", "nginx", classes),
    ]
)
edits = st.lists(
    st.sets(st.sampled_from(sorted(ANYTHING)), max_size=4).flatmap(
        lambda keys: st.fixed_dictionaries({key: ANYTHING[key] for key in sorted(keys)})
    ),
    max_size=6,
)


def state(mesh: Any) -> Any:
    engine = mesh.engine
    found = list(engine.findings())
    return {
        "outputs": dict(engine.outputs),
        "parents": {key: engine.parents(key) for key in engine.outputs},
        "findings": found,
        "blames": [finding.blames for finding in found],
    }


@settings(max_examples=60)
@given(edits=edits)
def test_any_edits_end_where_a_full_run_does(mesh_of: MakeMesh, edits: list[Edit]) -> None:
    mesh = mesh_of()
    for edit in edits:
        assert mesh.engine.apply(edit).defects == ()
    full = mesh_of()
    full.engine.apply(dict(mesh.engine.inputs))
    assert state(mesh) == state(full)


@settings(max_examples=200)
@given(edit=st.fixed_dictionaries(ANYTHING))
def test_requests_go_where_the_ingresses_say(mesh_of: MakeMesh, edit: Edit) -> None:
    mesh = mesh_of()
    mesh.engine.apply(edit)
    held = [item for key, item in sorted(mesh.engine.inputs.items()) if key.collection == INGRESS]
    ingresses = [(item.key, item.document().body["spec"]) for item in held]
    ours = [(key, spec) for key, spec in ingresses if is_ours(mesh, spec["ingressClassName"])]
    made = {spec["hosts"][0]: spec["http"] for spec in mesh.made("VirtualService").values()}
    for host in ("a.example.com", "b.a.example.com", "c.example.com", "example.com"):
        for path in ("/", "/foo", "/foo/", "/foobar", "/foo/bar", "/foo/bar/baz", "/bar"):
            assert served(made, host, path) == expected(mesh, ours, host, path)
    assert not {"GAL1406", "GAL1407"} & {found.code for found in mesh.found()}, "unreachable"


@given(
    spec=st.recursive(
        st.none() | st.booleans() | st.integers(-9, 99) | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(("rules", "tls", "host", "http", "paths", "path", "hosts")),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_nothing_misshapen_upsets_it(mesh_of: MakeMesh, spec: Any) -> None:
    body = {"spec": {**spec, "ingressClassName": "istio"} if isinstance(spec, dict) else spec}
    key = Key(INGRESS, "x", "1")
    mesh = mesh_of(mode="default")
    assert mesh.engine.apply({key: Resource.build(key, "v1", body=body)}).defects == ()


def is_ours(mesh: Any, name: str) -> bool:
    found = mesh.engine.inputs.get(Key(CLASS, "", name))
    if found is None:
        return name == "istio"
    return bool(found.document().body["spec"]["controller"] == OURS)


def best_host(hosts: Any, host: str) -> str | None:
    """The one that a gateway takes: the host, else the longest wildcard, else all hosts."""
    fits = [each for each in hosts if each == host or (each[0] == "*" and host.endswith(each[1:]))]
    return max(fits, key=lambda each: (each == host, len(each)), default=None)


def served(made: dict[str, Any], host: str, path: str) -> str | None:
    """Where the first route goes that matches."""
    for route in made.get(best_host(made, host) or "", ()):
        uris = [each["uri"] for each in route.get("match", ())]
        if not uris or any(fits(uri, path) for uri in uris):
            return "{host}:{port[number]}".format(**route["route"][0]["destination"])
    return None


def fits(uri: dict[str, str], path: str) -> bool:
    return uri["exact"] == path if "exact" in uri else path.startswith(uri["prefix"])


def expected(mesh: Any, ours: list[Any], host: str, path: str) -> str | None:
    """The rules of Kubernetes, for host after host that is there."""
    routed: dict[str, list[list[Any]]] = {}
    for key, spec in ours:
        for name, tiers in hosts_of(mesh, key, spec):
            held = routed.setdefault(name, [[], [], []])
            for tier, routes in zip(held, tiers, strict=True):
                tier.extend(routes)
    chosen = best_host([name for name, tiers in routed.items() if any(tiers)], host)
    for tier in routed[chosen] if chosen else ():
        matching = [
            (rank, to) for rank, to in ((rank_of(one, path), one[2]) for one in tier) if rank
        ]
        if matching:
            return str(max(matching, key=lambda each: each[0])[1])
    return None


def hosts_of(mesh: Any, key: Key, spec: Any) -> Iterator[tuple[str, list[list[Any]]]]:
    rules = spec.get("rules", [])
    last = [("Any", "", spec["defaultBackend"])] if "defaultBackend" in spec else []
    names = dict.fromkeys(rule["host"] or "*" for rule in rules) or ({"*"} if last else {})
    for name in names:
        own = [] if name == "*" else list(routes_of(rules, name))
        tiers = [own, list(routes_of(rules, "")), last]
        yield (
            name,
            [
                [(*one[:2], to) for one in tier if (to := where(mesh, key, one[2]))]
                for tier in tiers
            ],
        )


def routes_of(rules: list[Any], host: str) -> Iterator[tuple[str, str, Any]]:
    for rule in rules:
        for each in rule.get("http", {}).get("paths", ()) if rule["host"] == host else ():
            yield each["pathType"], each["path"], each["backend"]


def where(mesh: Any, key: Key, backend: Any) -> str | None:
    name, port = backend["service"]["name"], backend["service"]["port"]
    service = mesh.engine.inputs.get(Key("core/Service", key.namespace, name))
    number = port.get("number")
    if service is not None:
        (one,) = service.document().body["spec"]["ports"]
        number = one["port"] if one["port"] == number or one["name"] == port.get("name") else None
    return f"{name}.{key.namespace}.svc.cluster.local:{number}" if number else None


def rank_of(route: tuple[str, str, Any], path: str) -> tuple[int, bool] | None:
    """How well a path matches: the longer the better, and exact better than a prefix."""
    form, wanted, _ = route
    if form in ("Exact", "ImplementationSpecific"):
        return (len(wanted), True) if path == wanted else None
    elements = [each for each in wanted.split("/") if each]
    if [each for each in path.split("/") if each][: len(elements)] != elements:
        return None
    return (len("/" + "/".join(elements)) if form == "Prefix" else 0, False)
