"""Manifests of routes, of Istio and of Envoy: what the streams of meshes are sent."""

from typing import NamedTuple


class Manifests(NamedTuple):
    """Of one kind, to be filled in."""

    wires: tuple[str, ...]
    """On which they are served."""
    small: str
    """Of one that stays as it is."""
    full: str
    """Of one that changes, as long as a route is; each revision is another one."""


_ISTIO_SMALL = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  hosts: [{name}.example.com]
  http: [{{route: [{{destination: {{host: {name}}}}}]}}]
"""
_ISTIO_FULL = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {name}
  namespace: {namespace}
  labels: {{app: {name}, team: team-{team}, tier: middle}}
  annotations:
    bench.example/owner: team-{team}@bench.example
    bench.example/revision: "{revision:08d}"
    bench.example/description: what {name} of team-{team} accepts and where it sends it
    bench.example/runbook: https://runbooks.bench.example/{namespace}/{name}
spec:
  hosts: [{name}.{namespace}.svc.cluster.local, {name}.bench.example]
  gateways: [mesh]
  http:
    - name: canary
      match:
        - headers: {{x-bench-user: {{exact: user-{name}}}}}
          uri: {{prefix: /api/v1/{name}}}
      rewrite: {{uri: /v1}}
      route:
        - destination: {{host: {name}.{namespace}.svc.cluster.local, port: {{number: 8080}}}}
          weight: 10
        - destination: {{host: {name}.{namespace}.svc.cluster.local, port: {{number: 9090}}}}
          weight: 90
      retries: {{attempts: 3, perTryTimeout: 2s, retryOn: "gateway-error,connect-failure"}}
      timeout: 10s
    - name: default
      fault: {{delay: {{percentage: {{value: 0.5}}, fixedDelay: 5s}}}}
      route:
        - destination: {{host: {name}.{namespace}.svc.cluster.local, port: {{number: 9090}}}}
"""
_ENVOY_SMALL = """\
apiVersion: envoy.config.route/v3
kind: RouteConfiguration
metadata: {{name: {name}}}
spec:
  name: {name}
  virtual_hosts:
    - name: all
      domains: [{name}.example.com]
      routes: [{{match: {{prefix: /}}, direct_response: {{status: 204}}}}]
"""
_ENVOY_FULL = """\
apiVersion: envoy.config.route/v3
kind: RouteConfiguration
metadata: {{name: {name}}}
spec:
  name: {name}
  response_headers_to_add: [{{header: {{key: x-bench-revision, value: "{revision:08d}"}}}}]
  virtual_hosts:
    - name: canary
      domains: [canary.{name}.{namespace}.svc.cluster.local, canary.{name}.bench.example]
      routes:
        - match:
            prefix: /api/v1/{name}
            headers: [{{name: x-bench-user, string_match: {{exact: user-{name}}}}}]
          redirect: {{host_redirect: next.{name}.{namespace}.svc.cluster.local, path_redirect: /v1}}
        - match: {{safe_regex: {{regex: "/api/v[0-9]+/{name}/.*"}}}}
          redirect:
            host_redirect: previous.{name}.{namespace}.svc.cluster.local
            https_redirect: true
    - name: default
      domains: ["{name}.{namespace}.svc.cluster.local", "{name}.bench.example"]
      request_headers_to_add:
        - header: {{key: x-bench-owner, value: team-{team}@bench.example}}
        - header: {{key: x-bench-runbook, value: "https://runbooks.bench.example/{namespace}/{name}"}}
        - header:
            key: x-bench-description
            value: what {name} of team-{team} accepts and where it sends it
      routes:
        - match: {{prefix: /}}
          direct_response:
            status: 200
            body: {{inline_string: "answered by {name} of team-{team} in {namespace}"}}
"""

ISTIO = Manifests(("mcp", "istio"), _ISTIO_SMALL, _ISTIO_FULL)
ENVOY = Manifests(("envoy",), _ENVOY_SMALL, _ENVOY_FULL)
