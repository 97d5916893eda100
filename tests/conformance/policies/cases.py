"""Policies, and the things that they are asked about."""

from typing import Any

from tests.cluster.server import GROUP

THINGS: dict[str, dict[str, Any]] = {
    "full": {
        "n": 3,
        "ratio": 0.5,
        "whole": 2.0,
        "on": True,
        "name": "Reviews",
        "hosts": ["a.example.com", "b.example.com"],
        "tls": {"mode": "SIMPLE"},
        "ports": [{"number": 80, "name": "http"}, {"number": 443}],
        "labels": {"a": "1", "b": "2"},
        "timeout": "90s",
    },
    "little": {"n": 7, "name": "x", "hosts": [], "tls": {}, "ports": [], "timeout": "-1.5h"},
    "odd": {"n": "3", "hosts": "a", "ports": [{"number": "80"}], "timeout": "soon"},
    "empty": {},
}

RULES = {
    "has": "has(object.spec.tls) && has(object.spec.tls.mode)",
    "has-deep": "has(object.spec.tls.mode)",
    "either-side": "object.spec.none == 1 || object.spec.n == 3",
    "neither-side": "object.spec.n == 3 && object.spec.none == 1",
    "optional": "object.?spec.tls.mode.orValue('') == 'SIMPLE'",
    "optional-key": "object.spec.?labels[?'a'].orValue('0') == '1'",
    "optional-has": "object.spec.?tls.mode.hasValue()",
    "equal-kinds": "object.spec.n == 3.0",
    "other-kind": "object.spec.n == '3'",
    "compare": "object.spec.n > 2 && object.spec.n < 100",
    "compare-kinds": "object.spec.n > 2.5",
    "whole": "object.spec.whole == 2",
    "divide": "object.spec.n / 2 == 1",
    "modulo": "object.spec.n % 2 == 1",
    "by-zero": "1 / (object.spec.n - 3) > 0",
    "choose": "(object.spec.n == 3 ? object.spec.on : object.spec.none) == true",
    "in-list": "'a.example.com' in object.spec.hosts",
    "in-map": "'a' in object.spec.labels",
    "all": "object.spec.hosts.all(h, h.endsWith('.com'))",
    "exists": "object.spec.ports.exists(p, p.number == 443)",
    "exists-one": "object.spec.ports.exists_one(p, has(p.name))",
    "exists-failing": "object.spec.ports.exists(p, p.name == 'http')",
    "all-failing": "object.spec.ports.all(p, p.name == 'http')",
    "map": "object.spec.ports.map(p, p.number) == [80, 443]",
    "map-if": "object.spec.ports.map(p, has(p.name), p.number) == [80]",
    "filter": "size(object.spec.ports.filter(p, !has(p.name))) == 1",
    "keys": "object.spec.labels.all(k, object.spec.labels[k] != '')",
    "index": "object.spec.hosts[1] == 'b.example.com'",
    "size": "size(object.spec.hosts) == 2 && object.spec.name.size() == 7",
    "concatenate": "(object.spec.hosts + ['c']).size() == 3",
    "equal-maps": "object.spec.tls == {'mode': 'SIMPLE'}",
    "null": "object.spec.n != null",
    "matches": "object.spec.name.matches('^R[a-z]+$')",
    "contains": "object.spec.name.contains('view')",
    "lower": "object.spec.name.lowerAscii() == 'reviews'",
    "split-join": "object.spec.name.split('e').join('-') == 'R-vi-ws'",
    "replace": "object.spec.name.replace('e', '', 1) == 'Rviews'",
    "substring": "object.spec.name.substring(1, 3) == 'ev'",
    "index-of": "object.spec.name.indexOf('v') == 2",
    "trim": "(' ' + object.spec.name + ' ').trim() == object.spec.name",
    "char-at": "object.spec.name.charAt(0) == 'R'",
    "format": "'%s has %d'.format([object.spec.name, object.spec.n]) == 'Reviews has 3'",
    "string": "string(object.spec.n) == '3' && string(object.spec.on) == 'true'",
    "int": "int(object.spec.n) == 3",
    "double": "double(object.spec.n) == 3.0",
    "duration": "duration(object.spec.timeout) > duration('1m')",
    "duration-parts": "duration(object.spec.timeout).getSeconds() == 90",
    "time": "timestamp('2024-01-01T00:00:00Z') + duration(object.spec.timeout) != null",
    "type": "type(object.spec.n) == int",
    "negate": "!object.spec.on",
    "no-truth": "object.spec.n == 3 && object.spec.name",
    "namespace": "namespaceObject.metadata.labels.team == 'web'",
    "namespace-lacks": "namespaceObject.metadata.labels.owner == 'web'",
    "metadata": "object.metadata.name == 'main' && object.metadata.namespace == 'ruled'",
    "kind": f"object.kind == 'Ruled' && object.apiVersion == '{GROUP}/v1'",
}


def variable(name: str, expression: str) -> dict[str, str]:
    return {"name": name, "expression": expression}


MODE = variable("mode", "object.spec.tls.mode")
POLICIES: dict[str, dict[str, Any]] = {
    **{name: {"rule": rule} for name, rule in RULES.items()},
    "variable": {"variables": [MODE], "rule": "variables.mode == 'SIMPLE'"},
    "variable-not-needed": {
        "variables": [MODE],
        "rule": "object.spec.n == 7 || variables.mode == 'SIMPLE'",
    },
    "variables-in-turn": {
        "variables": [
            variable("named", "object.spec.ports.filter(p, has(p.name))"),
            variable("numbers", "variables.named.map(p, p.number)"),
        ],
        "rule": "variables.numbers.all(n, n < 100)",
    },
    "variable-of-time": {
        "variables": [variable("t", "duration(object.spec.timeout)")],
        "rule": "variables.t < duration('2m')",
    },
    "variable-of-times": {
        "variables": [variable("t", "[object.spec.timeout].map(t, duration(t))")],
        "rule": "variables.t.all(t, t.getSeconds() > 0)",
    },
    "variable-of-a-moment": {
        "variables": [variable("t", "timestamp('2024-01-01T00:00:00Z')")],
        "rule": "(variables.t + duration(object.spec.timeout)).getFullYear() == 2024",
    },
    "condition": {
        "matchConditions": [variable("big", "object.spec.n > 5")],
        "rule": "object.spec.name == 'y'",
    },
    "condition-fails": {
        "matchConditions": [variable("mode", "object.spec.tls.mode != ''")],
        "rule": "true",
    },
    "condition-fails-beside-a-false-one": {
        "matchConditions": [
            variable("mode", "object.spec.tls.mode != ''"),
            variable("none", "has(object.spec.none)"),
        ],
        "rule": "false",
    },
    "parameter": {
        "paramsFrom": {"name": "limits"},
        "rule": "object.spec.n <= int(params.data.most)",
    },
    "parameter-lacks": {"paramsFrom": {"name": "limits"}, "rule": "params.data.least == '1'"},
    "parameter-has": {"paramsFrom": {"name": "limits"}, "rule": "!has(params.data.least)"},
}
