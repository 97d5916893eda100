"""The wire of Envoy: what it carries, what stands on it, what does not fit."""

import subprocess
import sys
from typing import Any

import pytest
from envoy.service.discovery.v3.discovery_pb2 import DiscoveryResponse
from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass

from pipeline.encoding import MESH_WIRES, UncarriableError, UnknownWireError, wires
from pipeline.encoding.envoy import ENVOY, endpoints_of, wire
from pipeline.encoding.envoy.types import descriptor
from pipeline.model import Diagnostic
from pipeline.schema import BUILTIN_KINDS
from tests.pipeline.encoding.envoy.examples import (
    CLUSTER,
    LISTENER,
    ROUTES,
    SPECS,
    TYPES,
    encoded,
    http,
    listener,
    resource,
)


def refused(kind: str, spec: Any, **others: Any) -> list[Diagnostic]:
    one = resource(kind, spec, **others)
    with pytest.raises(UncarriableError) as caught:
        ENVOY.encode(one, one.document())
    return list(caught.value.diagnostics)


def test_every_kind_of_envoy_is_carried_and_nothing_else() -> None:
    kinds = {kind.collection for kind in BUILTIN_KINDS if kind.group.startswith("envoy.")}
    assert ENVOY.bodies.keys() == kinds == SPECS.keys()
    assert not ENVOY.carries("networking.istio.io/Gateway")
    assert not any("Secret" in each for each in ENVOY.bodies.values())


@pytest.mark.parametrize("kind", SPECS)
def test_a_resource_is_its_message(kind: str) -> None:
    written = encoded(kind, SPECS[kind])
    wanted = GetMessageClass(descriptor(ENVOY.bodies[kind]))()
    json_format.ParseDict(SPECS[kind], wanted)
    assert type(wanted).FromString(written) == wanted
    assert written == wanted.SerializeToString(deterministic=True)


@pytest.mark.parametrize("kind", SPECS)
def test_its_form_is_an_entry_of_a_response(kind: str) -> None:
    written = encoded(kind, SPECS[kind])
    response = DiscoveryResponse.FromString(ENVOY.form(kind, written, 1.0) * 2)
    assert [(each.type_url, each.value) for each in response.resources] == [
        (f"{TYPES}{ENVOY.bodies[kind]}", written)
    ] * 2


def test_the_order_of_fields_and_maps_makes_no_difference() -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(value[name]) for name in reversed(value)}
        return [turned(each) for each in value] if isinstance(value, list) else value

    for kind, spec in SPECS.items():
        assert encoded(kind, turned(spec)) == encoded(kind, spec)


def test_it_goes_together_with_other_wires() -> None:
    assert wires(("mcp", "envoy")) == (ENVOY, MESH_WIRES["mcp"])


def test_nothing_of_it_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, pipeline.encoding as e; e.wires(['envoy']);"
        " print([each for each in sys.modules if each.startswith('google.protobuf.')])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wire.is_installed.cache_clear()
    monkeypatch.setattr(wire, "_NEEDED", "envoy_that_is_not_there.config")
    with pytest.raises(UnknownWireError, match=r"pip install 'galley-config\[mesh\]'") as caught:
        wires(("envoy", "morse"))
    wire.is_installed.cache_clear()
    assert [each.code for each in caught.value.diagnostics] == ["GAL0808", "GAL0809"]


def test_there_is_no_place_beside_the_message() -> None:
    (found,) = refused(CLUSTER, {"name": "web"}, status={})
    assert (found.code, found.path) == ("GAL0802", ("status",))


@pytest.mark.parametrize(
    ("spec", "code", "path", "said"),
    [
        ({"conect_timeout": "1s"}, "GAL0802", "conect_timeout", "did you mean connect_timeout"),
        ({"connect_timeout": "1m"}, "GAL0803", "connect_timeout", "a duration in seconds"),
        ({"connect_timeout": 5}, "GAL0803", "connect_timeout", "not 5"),
        ({"connect_timeout": "-1s"}, "GAL0803", "connect_timeout", 'not "-1s"'),
        ({"connect_timeout": "9223372036s"}, "GAL0803", "connect_timeout", "a duration in seconds"),
        ({"lb_policy": "ROBIN"}, "GAL0804", "lb_policy", "it has ROUND_ROBIN"),
        ({"type": "EDS", "cluster_type": {"name": "a"}}, "GAL0805", "type", "cluster_type"),
        ({"lb_policy": 1, "lbPolicy": 1}, "GAL0806", "lb_policy", "lbPolicy"),
        ({"filters": [None]}, "GAL0803", "filters.0", "a mapping"),
    ],
)
def test_what_does_not_fit_is_told_with_its_field(
    spec: Any, code: str, path: str, said: str
) -> None:
    (found,) = refused(CLUSTER, {"name": "web", **spec})
    assert (found.code, ".".join(map(str, found.path))) == (code, f"spec.{path}")
    assert found.blocking
    assert said in found.message


def config(**fields: Any) -> Any:
    return listener("web", 80, {"@type": http()["@type"], **http(), **fields})


AT = ("spec", "filter_chains", 0, "filters", 0, "typed_config")


@pytest.mark.parametrize(
    ("type_", "said"),
    [
        (f"{TYPES}envoy.extensions.filters.http.router.v3.Ruter", "did you mean envoy.ext"),
        (f"{TYPES}envoy.extensions.filters.http.rooter.v3.Router", "no such message for Envoy."),
        (f"{TYPES}envoy.config.filter.http.router.v2.Router", "of the API v2"),
        (f"{TYPES}os.path.Join", "no such message"),
        (f"{TYPES}", "no such message"),
        ("envoy.extensions.filters.http.router.v3.Router", "it begins with type.googleapis.com/"),
    ],
)
def test_an_unknown_type_is_told_where_it_is_named(type_: str, said: str) -> None:
    spec = config(http_filters=[{"name": "a", "typed_config": {"@type": type_}}])
    (found,) = refused(LISTENER, spec)
    at = (*AT, "http_filters", 0, "typed_config", "@type")
    assert (found.code, found.path) == ("GAL0811", at)
    assert said in found.message


def test_what_an_extension_does_not_know_is_told_within_it() -> None:
    (found,) = refused(LISTENER, config(stat_prefx="web"))
    assert (found.code, found.path) == ("GAL0802", (*AT, "stat_prefx"))


@pytest.mark.parametrize("value", [{}, {"stat_prefix": "web"}, {"@type": 5}])
def test_a_missing_type_is_told(value: Any) -> None:
    (found,) = refused(LISTENER, listener("web", 80, value))
    assert (found.code, found.path) == ("GAL0810", AT)


def test_several_mistakes_are_told_at_once() -> None:
    spec = {"name": 5, "virtual_hosts": [{"nme": "a"}, {"domains": "*"}]}
    found = refused(ROUTES, spec)
    assert [(each.code, each.path) for each in found] == [
        ("GAL0803", ("spec", "name")),
        ("GAL0802", ("spec", "virtual_hosts", 0, "nme")),
        ("GAL0803", ("spec", "virtual_hosts", 1, "domains")),
    ]


@pytest.mark.parametrize(
    ("spec", "endpoints"),
    [
        (SPECS[CLUSTER], "web-endpoints"),
        ({"name": "web", "type": "EDS", "connect_timeout": "1s"}, "web"),
        ({"name": "web", "type": "EDS", "eds_cluster_config": {"eds_config": {"ads": {}}}}, "web"),
        ({"name": "web", "type": "STATIC"}, ""),
        ({"name": "web", "eds_cluster_config": {"service_name": "a"}}, ""),
        ({"name": "web", "cluster_type": {"name": "custom"}}, ""),
    ],
)
def test_whose_endpoints_a_cluster_fetches_is_read_from_its_bytes(
    spec: Any, endpoints: str
) -> None:
    assert endpoints_of(encoded(CLUSTER, spec)) == endpoints
