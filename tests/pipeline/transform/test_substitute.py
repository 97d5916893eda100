"""Variables: what they become, where values come from, and what is said when there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.transform.substitute import MOST_TEXT
from pipeline.transform.variables import MalformedError, Variable, as_text, parts
from tests.pipeline.transform.conftest import Rig

VALUES = {"NAME": "x", "EMPTY": "", "NESTED": "${NAME}", "DOLLAR": "a$b"}


def evaluated(text: str) -> str:
    """The text with `VALUES` in it, as the stage replaces them."""
    return "".join(each if isinstance(each, str) else _value(each) for each in parts(text))


def _value(variable: Variable) -> str:
    found = VALUES.get(variable.name)
    if found in (None, "") and variable.default is not None:
        return variable.default
    assert found is not None, variable
    return found


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("${NAME}", "x"),
        ("a-${NAME}-b", "a-x-b"),
        ("$NAME", "$NAME"),
        ("$${NAME}", "${NAME}"),
        ("$$NAME", "$NAME"),
        ("$$", "$"),
        ("$$$", "$$"),
        ("$$${NAME}", "$x"),
        ("a$b", "a$b"),
        ("$", "$"),
        ("100$", "100$"),
        ("${NAME:-d}", "x"),
        ("${NONE:-d}", "d"),
        ("${NONE:-}", ""),
        ("${NONE:=d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY}", ""),
        ("${EMPTY:=d}", "d"),
        ("${NONE:-a b}", "a b"),
        ("${NONE:-a}b}", "ab}"),
        ("${NONE:-a$b}", "a$b"),
        ("${NONE:-a:b/c}", "a:b/c"),
        ('${NONE:-"q"}', '"q"'),
        ("${NESTED}", "${NAME}"),
        ("${DOLLAR}", "a$b"),
        ("}{", "}{"),
        ("{${NAME}}", "{x}"),
        ("^foo$", "^foo$"),
        ("${NAME}$", "x$"),
        ("$1", "$1"),
        ("\\${NAME}", "\\x"),
        ("%REQ(:PATH)% ${NAME}", "%REQ(:PATH)% x"),
    ],
)
def test_forms_mean_what_they_mean_to_flux(text: str, becomes: str) -> None:
    """The answers are those of github.com/fluxcd/pkg/envsubst 1.9.0."""
    assert evaluated(text) == becomes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("${NAME", "no closing brace"),
        ("${}", "begins with a letter"),
        ("${ NAME }", "begins with a letter"),
        ("${1}", "begins with a letter"),
        ("${NAME }", "after the name"),
        ("${na-me}", "a default is written"),
        ("${NONE-d}", "a default is written"),
        ("${NONE=d}", "a default is written"),
        ("${NONE:-${NAME}}", "has no variables in it"),
        ("${NAME^^}", "after the name"),
        ("${NAME//x/y}", "after the name"),
        ("${#NAME}", "begins with a letter"),
    ],
)
def test_what_is_no_variable_is_refused(text: str, says: str) -> None:
    """Also the functions of a shell that Flux knows: nothing is guessed."""
    with pytest.raises(MalformedError, match=says):
        parts(text)


@given(st.text(alphabet="ab{}:-=$_ 1", max_size=30))
def test_a_text_with_all_its_dollars_doubled_means_itself(text: str) -> None:
    assert evaluated(text.replace("$", "$$")) == text


SERVICE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop, labels: {tier: "${TIER}"}}
spec: {hosts: ["web.${DOMAIN}"], retries: "${RETRIES}", http: [{timeout: "${TIMEOUT:-5s}"}]}
"""
VARIABLES = """
apiVersion: v1
kind: ConfigMap
metadata: {name: vars, namespace: mesh}
data: {DOMAIN: example.com, TIER: "1", RETRIES: "3", TAG: "${DOMAIN}"}
"""
FROM = {"type": "substitute", "config_maps": [{"namespace": "mesh", "name": "vars"}]}


def test_values_come_from_the_settings_before_config_maps(new_rig: type[Rig]) -> None:
    rig = new_rig({**FROM, "values": {"DOMAIN": "local"}}).put(SERVICE + "---" + VARIABLES)
    web = rig.get("VirtualService/shop/web")
    assert web["spec"]["hosts"] == ["web.local"]
    assert web["spec"]["retries"] == "3"
    assert web["spec"]["http"] == [{"timeout": "5s"}]
    assert web["metadata"]["labels"] == {"tier": "1"}
    assert rig.found() == []


def test_an_empty_value_counts_as_none_where_there_is_a_default(new_rig: type[Rig]) -> None:
    text = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {a: '${X:-$$d}', b: '${X}'}}"
    rig = new_rig({"type": "substitute", "values": {"X": ""}}).put(text)
    assert rig.get("Service/default/a")["spec"] == {"a": "$d", "b": ""}


def test_the_later_config_map_comes_before_the_earlier(new_rig: type[Rig]) -> None:
    more = VARIABLES.replace("vars", "more").replace("example.com", "later")
    maps = [{"namespace": "mesh", "name": name} for name in ("vars", "more")]
    rig = new_rig({"type": "substitute", "config_maps": maps}).put(
        f"{SERVICE}---{VARIABLES}---{more}"
    )
    assert rig.get("VirtualService/shop/web")["spec"]["hosts"] == ["web.later"]


def test_a_variable_that_is_not_set_is_an_error_at_its_field(new_rig: type[Rig]) -> None:
    rig = new_rig({**FROM, "values": {"TIER": "1"}}).put(SERVICE + "---" + VARIABLES)
    rig.put(VARIABLES.replace("RETRIES", "OTHER"))
    where = "neither in the settings nor in the ConfigMap mesh/vars"
    assert rig.found() == [
        (
            "GAL0450",
            "spec.retries",
            f"The variable RETRIES is not set, {where}.",
        )
    ]
    assert rig.get("VirtualService/shop/web")["spec"]["hosts"] == ["web.${DOMAIN}"]


def test_every_variable_that_is_not_set_is_told(new_rig: type[Rig]) -> None:
    rig = new_rig({"type": "substitute", "values": {"X": "1"}}).put(SERVICE)
    assert [field for _, field, _ in rig.found()] == [
        "metadata.labels.tier",
        "spec.hosts[0]",
        "spec.retries",
    ]


def test_a_config_map_that_is_not_there_is_an_error_unless_it_is_optional(
    new_rig: type[Rig],
) -> None:
    rig = new_rig(FROM).put(SERVICE)
    assert {code for code, _, _ in rig.found()} == {"GAL0452"}
    rig.put(VARIABLES)
    assert rig.found() == []
    optional = {"namespace": "mesh", "name": "vars", "optional": True}
    rig = new_rig({"type": "substitute", "config_maps": [optional]}).put(SERVICE)
    assert {code for code, _, _ in rig.found()} == {"GAL0450"}


def test_a_changed_config_map_reruns_only_what_read_it(new_rig: type[Rig]) -> None:
    own = SERVICE.replace("name: web", "name: own")
    for name, value in (("TIER", "1"), ("DOMAIN", "a"), ("RETRIES", "2")):
        own = own.replace(f"${{{name}}}", value)
    plain = own.replace("name: own", "name: plain").replace("${TIMEOUT:-5s}", "5s")
    rig = new_rig({**FROM, "name": "vars", "values": {"TIMEOUT": "1s"}})
    rig.put(f"{SERVICE}---{own}---{plain}---{VARIABLES}")
    rig.put(VARIABLES.replace("example.com", "example.org"))
    assert rig.ran["transform/vars"] == 2  # the ConfigMap itself, and what reads it
    assert rig.get("VirtualService/shop/web")["spec"]["hosts"] == ["web.example.org"]


def test_a_config_map_of_values_is_left_as_it_is(new_rig: type[Rig]) -> None:
    rig = new_rig(FROM).put(VARIABLES)
    assert rig.get("ConfigMap/mesh/vars")["data"]["TAG"] == "${DOMAIN}"


def test_nothing_is_looked_through_twice(new_rig: type[Rig]) -> None:
    tagged = SERVICE.replace("${DOMAIN}", "${TAG}")
    rig = new_rig(FROM).put(tagged + "---" + VARIABLES)
    assert rig.get("VirtualService/shop/web")["spec"]["hosts"] == ["web.${DOMAIN}"]


@pytest.mark.parametrize(
    "name", ["galley.dev/substitute", "kustomize.toolkit.fluxcd.io/substitute"]
)
@pytest.mark.parametrize("where", ["labels", "annotations"])
def test_a_resource_can_ask_to_be_left_alone(new_rig: type[Rig], name: str, where: str) -> None:
    """Labels and annotations, as with Flux."""
    rig = new_rig({"type": "substitute", "values": {"X": "1"}}).put(
        f"{{apiVersion: v1, kind: Service, metadata: {{name: a, {where}: {{{name}: disabled}}}},"
        " spec: {a: '${X}'}}"
    )
    assert rig.get("Service/default/a")["spec"] == {"a": "${X}"}


def test_a_whole_value_takes_the_type_of_its_variable(new_rig: type[Rig]) -> None:
    given = {
        "values": {"PORT": 8080, "ON": True, "SHARE": 0.5, "TEXT": "1"},
        "types": {"RETRIES": "number", "FLAG": "boolean"},
    }
    rig = new_rig({**FROM, **given}).put(
        VARIABLES
        + """---
apiVersion: v1
kind: Service
metadata: {name: a, annotations: {port: "${PORT}"}}
spec: {a: "${PORT}", b: "${ON}", c: "${SHARE}", d: "${TEXT}", e: "${RETRIES}",
       f: "${FLAG:-false}", g: "p${PORT}${ON}"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
data: {port: "${PORT}"}
"""
    )
    assert rig.found() == []
    held = rig.get("Service/default/a")
    assert held["spec"] == {
        "a": 8080, "b": True, "c": 0.5, "d": "1", "e": 3, "f": False, "g": "p8080true"
    }  # fmt: skip
    assert held["metadata"]["annotations"] == {"port": "8080"}
    assert rig.get("ConfigMap/default/b")["data"] == {"port": "8080"}


@pytest.mark.parametrize("value", ["many", "", "1e3", "0x1", "01", "1" * 30, "True", " 1"])
def test_a_value_of_another_type_is_an_error(new_rig: type[Rig], value: str) -> None:
    rig = new_rig({**FROM, "types": {"RETRIES": "number"}, "values": {"TIER": "1", "DOMAIN": "d"}})
    rig.put(SERVICE + "---" + VARIABLES.replace('"3"', f'"{value}"'))
    assert [found[:2] for found in rig.found()] == [("GAL0453", "spec.retries")]


def test_names_of_fields_are_left_unless_asked_for(new_rig: type[Rig]) -> None:
    text = "{apiVersion: v1, kind: Service, metadata: {name: a, labels: {'${X}': '1'}}}"
    labels = []
    for keys in (False, True):
        rig = new_rig({"type": "substitute", "values": {"X": "team"}, "keys": keys}).put(text)
        labels.append(rig.get("Service/default/a")["metadata"]["labels"])
    assert labels == [{"${X}": "1"}, {"team": "1"}]


def test_two_fields_that_become_one_are_an_error(new_rig: type[Rig]) -> None:
    rig = new_rig({"type": "substitute", "values": {"X": "team"}, "keys": True}).put(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {team: 1, '${X}': 2}}"
    )
    assert [found[:2] for found in rig.found()] == [("GAL0455", "spec.team")]


def test_values_do_not_make_a_resource_grow_without_bound(new_rig: type[Rig]) -> None:
    rig = new_rig({"type": "substitute", "values": {"LONG": "x" * (MOST_TEXT // 2)}}).put(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {a: '${LONG}${LONG}${LONG}'}}"
    )
    assert [found[:2] for found in rig.found()] == [("GAL0454", "spec.a")]


def test_as_text_writes_what_yaml_would() -> None:
    assert [as_text(each) for each in (True, False, 1, 1.5, "a")] == [
        "true",
        "false",
        "1",
        "1.5",
        "a",
    ]
