"""ValidatingAdmissionPolicies in a real API server: installed, and asked about objects.

A policy meets only objects that carry its name as a label. One of them, the probe, always breaks
it, which shows that the server has taken the policy into force.
"""

import json
import time
import urllib.error
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, Self, TypeAlias

from tests.cluster.server import DEADLINE, GROUP, Cluster

Verdict: TypeAlias = Literal["holds", "broken", "fails"]

API = "/apis/admissionregistration.k8s.io/v1"
NAMESPACE = "ruled"
THINGS = f"/apis/{GROUP}/v1/namespaces/{NAMESPACE}/ruled"
LABELS = {"team": "web"}
PARAMETERS = {"most": "2", "hosts": "a,b"}


class PolicyServer:
    """Policies for things."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._known: set[str] = set()

    @classmethod
    @contextmanager
    def of(cls, cluster: Cluster) -> Iterator[Self]:
        """Serve things, in a namespace with parameters; take all of it away in the end."""
        cluster.install("ruled", "Ruled", "v1")
        namespace = {"metadata": {"name": NAMESPACE, "labels": LABELS}}
        cluster.request("POST", "/api/v1/namespaces", namespace)
        held = {"metadata": {"name": "limits"}, "data": PARAMETERS}
        cluster.request("POST", f"/api/v1/namespaces/{NAMESPACE}/configmaps", held)
        made = cls(cluster)
        try:
            yield made
        finally:
            for name in made._known:
                for plural in ("validatingadmissionpolicybindings", "validatingadmissionpolicies"):
                    cluster.request("DELETE", f"{API}/{plural}/{name}")
            cluster.uninstall("ruled")

    def install(self, name: str, policy: Mapping[str, Any]) -> None:
        """Have a policy of ours asked by the server, in its own words."""
        conditions = [
            {**each, "expression": f"object.metadata.name == 'probe' || ({each['expression']})"}
            for each in policy.get("matchConditions", ())
        ]
        rules = [{"apiGroups": [GROUP], "apiVersions": ["v1"], "resources": ["ruled"]}]
        spec = {
            "matchConstraints": {
                "objectSelector": {"matchLabels": {"case": name}},
                "resourceRules": [{**rules[0], "operations": ["CREATE"]}],
            },
            "matchConditions": conditions,
            "variables": policy.get("variables", []),
            "validations": [
                {"expression": "object.metadata.name != 'probe'", "message": "probed"},
                {"expression": policy["rule"], "message": "broken"},
            ],
        }
        binding: dict[str, Any] = {"policyName": name, "validationActions": ["Deny"]}
        if "paramsFrom" in policy:
            spec["paramKind"] = {"apiVersion": "v1", "kind": "ConfigMap"}
            binding["paramRef"] = {"name": "limits", "parameterNotFoundAction": "Deny"}
        head = {"metadata": {"name": name}}
        self._cluster.request("POST", f"{API}/validatingadmissionpolicies", {**head, "spec": spec})
        bindings = f"{API}/validatingadmissionpolicybindings"
        self._cluster.request("POST", bindings, {**head, "spec": binding})
        self._known.add(name)

    def await_force(self, name: str) -> None:
        """Until the server asks a policy."""
        deadline = time.monotonic() + DEADLINE
        while "probed" not in self._said(name, "probe", {}):
            assert time.monotonic() < deadline, f"policy {name} does not come into force"

    def ask(self, name: str, spec: Mapping[str, Any]) -> Verdict:
        """What a policy says of a thing."""
        said = self._said(name, "main", spec)
        if not said:
            return "holds"
        assert f"'{name}'" in said, said
        return "broken" if said.endswith("denied request: broken") else "fails"

    def _said(self, policy: str, name: str, spec: Mapping[str, Any]) -> str:
        """Why the server refuses a thing; empty: it does not."""
        thing = {
            "apiVersion": f"{GROUP}/v1",
            "kind": "Ruled",
            "metadata": {"name": name, "labels": {"case": policy}},
            "spec": spec,
        }
        try:
            self._cluster.send("POST", f"{THINGS}?dryRun=All", thing).close()
        except urllib.error.HTTPError as error:
            with error:
                return str(json.loads(error.read())["message"])
        return ""
