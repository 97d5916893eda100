"""Which Ingresses are converted."""

from collections.abc import Callable
from typing import Any

import pytest

MakeMesh = Callable[..., Any]

OURS = "istio.io/ingress-controller"
OLD = "kubernetes.io/ingress.class"


def a_class(name: str, controller: str = OURS, *, default: bool = False) -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: {name}
  annotations: {{ingressclass.kubernetes.io/is-default-class: "{str(default).lower()}"}}
spec: {{controller: {controller}}}
"""


def converted(mesh: Any) -> bool:
    return bool(mesh.made("VirtualService"))


CASES: list[tuple[str, bool, dict[str, str], list[str], str | None]] = [
    # mode, whether it is converted, annotations, IngressClasses, ingressClassName
    ("strict", False, {}, [], None),
    ("default", True, {}, [], None),
    ("off", False, {OLD: "istio"}, [a_class("mesh")], "mesh"),
    ("strict", True, {OLD: "istio"}, [], None),
    ("strict", False, {OLD: "nginx"}, [], None),
    ("default", False, {OLD: "nginx"}, [], None),
    ("default", False, {OLD: ""}, [], None),
    ("strict", False, {OLD: "nginx"}, [a_class("mesh")], "mesh"),
    ("strict", True, {}, [a_class("mesh")], "mesh"),
    ("strict", False, {}, [a_class("mesh", "k8s.io/ingress-nginx")], "mesh"),
    ("default", False, {}, [a_class("istio", "k8s.io/ingress-nginx")], "istio"),
    ("strict", True, {}, [], "istio"),
    ("default", False, {}, [], "nginx"),
    ("strict", True, {}, [a_class("mesh", default=True)], None),
    ("strict", False, {}, [a_class("mesh")], None),
    ("default", False, {}, [a_class("nginx", "k8s.io/ingress-nginx", default=True)], None),
]


@pytest.mark.parametrize(("mode", "ours", "annotations", "classes", "name"), CASES)
def test_an_ingress_is_ours(
    mesh_of: MakeMesh,
    say: Any,
    mode: str,
    ours: bool,
    annotations: dict[str, str],
    classes: list[str],
    name: str | None,
) -> None:
    mesh = mesh_of(mode=mode)
    spec = {"ingressClassName": name, "defaultBackend": say.backend()}
    for each in classes:
        mesh.put(each)
    mesh.ingress("a", spec, annotations=annotations)
    assert converted(mesh) is ours
    kinds = {key.collection for key in mesh.engine.outputs}
    assert ("networking.k8s.io/Ingress" in kinds) is not ours


def test_settings_name_class_and_controller(mesh_of: MakeMesh, say: Any) -> None:
    mesh = mesh_of(ingress_class="inner", controller="example.com/inner")
    mesh.put(a_class("mesh", "example.com/inner"))
    for at, name in enumerate(("mesh", "inner", "istio")):
        rules = [say.rule(f"h{at}.example.com", "Prefix /")]
        mesh.ingress(f"i{at}", {"ingressClassName": name, "rules": rules})
    assert list(mesh.made("VirtualService")) == [f"ingress-host-h{at}.example.com" for at in "01"]


def test_a_class_change_takes_away_what_was_made(mesh: Any, say: Any) -> None:
    """The original left its output where it was."""
    mesh.ingress("a", {"defaultBackend": say.backend()})
    mesh.ingress("a", {"defaultBackend": say.backend(), "ingressClassName": "nginx"})
    assert not converted(mesh)


def test_what_becomes_of_its_class_concerns_an_ingress(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"defaultBackend": say.backend(), "ingressClassName": "mesh"})
    for controller, ours in ((OURS, True), ("k8s.io/ingress-nginx", False), (OURS, True)):
        mesh.put(a_class("mesh", controller))
        assert converted(mesh) is ours


def test_a_default_class_that_comes_and_goes_is_noticed(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"defaultBackend": say.backend(), "ingressClassName": None})
    for default in (True, False):
        mesh.put(a_class("mesh", default=default))
        assert converted(mesh) is default


def test_a_class_that_is_not_there_is_told_where_others_are(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"ingressClassName": "isto"})
    assert mesh.codes() == []
    mesh.put(a_class("istio"))
    assert mesh.codes() == [("GAL0426", "spec.ingressClassName")]


def test_of_several_default_classes_the_first_by_name_counts(mesh: Any, say: Any) -> None:
    mesh.put(a_class("mesh", default=True))
    mesh.put(a_class("nginx", "k8s.io/ingress-nginx", default=True))
    mesh.ingress("a", {"defaultBackend": say.backend(), "ingressClassName": None})
    assert converted(mesh)
    assert ("GAL0427", "spec") in mesh.codes()


def test_only_what_matches_is_converted(mesh_of: MakeMesh, say: Any) -> None:
    mesh = mesh_of(match={"namespaces": ["shop"]})
    mesh.ingress("a", {"defaultBackend": say.backend()}, namespace="blog")
    assert not converted(mesh)
