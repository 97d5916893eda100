"""Configuration as a mesh has it: 1.5 kB of YAML a resource, about 1.0 kB of msgpack, one a file.

Nine of twenty are routes, nine of twenty destination rules, one of ten a gateway. Everything is a
function of the number, so that two runs, and two sizes, see the same text.
"""

from pathlib import Path

NAMESPACES = 1000
"""Resources are dealt round over this many, so that as many different filters can be asked for."""

ROUTE = """\
apiVersion: networking.bench.example/v1
kind: Route
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app: service-{number}
    team: team-{team}
    tier: {tier}
  annotations:
    bench.example/owner: team-{team}@bench.example
    bench.example/revision: "{revision}"
    bench.example/description: what service-{number} of team-{team} accepts and where it sends it
    bench.example/runbook: https://runbooks.bench.example/{namespace}/{number}
spec:
  hosts:
    - service-{number}.{namespace}.svc.cluster.local
    - service-{number}.bench.example
  gateways:
    - mesh
  http:
    - name: canary
      match:
        - headers:
            x-bench-user:
              exact: user-{number}
          uri:
            prefix: /api/v1/service-{number}
      rewrite:
        uri: /v1
      route:
        - destination:
            host: service-{number}.{namespace}.svc.cluster.local
            subset: canary
            port:
              number: 8080
          weight: 10
        - destination:
            host: service-{number}.{namespace}.svc.cluster.local
            subset: stable
            port:
              number: 8080
          weight: 90
      retries:
        attempts: 3
        perTryTimeout: 2s
        retryOn: gateway-error,connect-failure
      timeout: 10s
    - name: default
      fault:
        delay:
          percentage:
            value: 0.5
          fixedDelay: 5s
      route:
        - destination:
            host: service-{number}.{namespace}.svc.cluster.local
            subset: stable
            port:
              number: 8080
"""

RULE = """\
apiVersion: networking.bench.example/v1
kind: TrafficRule
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app: service-{number}
    team: team-{team}
    tier: {tier}
  annotations:
    bench.example/owner: team-{team}@bench.example
    bench.example/revision: "{revision}"
    bench.example/description: what service-{number} of team-{team} accepts and where it sends it
    bench.example/runbook: https://runbooks.bench.example/{namespace}/{number}
spec:
  host: service-{number}.{namespace}.svc.cluster.local
  trafficPolicy:
    loadBalancer:
      consistentHash:
        httpCookie:
          name: session-{number}
          ttl: 3600s
    connectionPool:
      tcp:
        maxConnections: 100
        connectTimeout: 30ms
        tcpKeepalive:
          time: 7200s
          interval: 75s
      http:
        http1MaxPendingRequests: 1024
        http2MaxRequests: 1024
        maxRequestsPerConnection: 10
        idleTimeout: 60s
    outlierDetection:
      consecutive5xxErrors: 7
      interval: 5m
      baseEjectionTime: 15m
      maxEjectionPercent: 50
    tls:
      mode: ISTIO_MUTUAL
      sni: outbound.service-{number}.{namespace}.svc.cluster.local
  subsets:
    - name: stable
      labels:
        version: stable
        build: build-{number}-stable
      trafficPolicy:
        loadBalancer:
          simple: ROUND_ROBIN
    - name: canary
      labels:
        version: canary
        build: build-{number}-canary
      trafficPolicy:
        loadBalancer:
          simple: LEAST_REQUEST
"""

GATEWAY = """\
apiVersion: networking.bench.example/v1
kind: Entry
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app: service-{number}
    team: team-{team}
    tier: {tier}
  annotations:
    bench.example/owner: team-{team}@bench.example
    bench.example/revision: "{revision}"
    bench.example/description: what service-{number} of team-{team} accepts and where it sends it
    bench.example/runbook: https://runbooks.bench.example/{namespace}/{number}
spec:
  selector:
    app: ingress-{team}
    region: region-{team}
  servers:
    - port:
        number: 80
        name: http-{number}
        protocol: HTTP
      hosts:
        - service-{number}.bench.example
        - service-{number}.internal.bench.example
      tls:
        httpsRedirect: true
    - port:
        number: 443
        name: https-{number}
        protocol: HTTPS
      hosts:
        - service-{number}.bench.example
        - service-{number}.internal.bench.example
      tls:
        mode: SIMPLE
        credentialName: certificate-service-{number}
        minProtocolVersion: TLSV1_2
        cipherSuites:
          - ECDHE-RSA-AES256-GCM-SHA384
          - ECDHE-RSA-AES128-GCM-SHA256
          - ECDHE-ECDSA-AES256-GCM-SHA384
    - port:
        number: 15443
        name: tls-{number}
        protocol: TLS
      hosts:
        - "*.{namespace}.global.bench.example"
        - service-{number}.{namespace}.global.bench.example
      tls:
        mode: AUTO_PASSTHROUGH
    - port:
        number: 9443
        name: mutual-{number}
        protocol: HTTPS
      hosts:
        - mutual-{number}.bench.example
      tls:
        mode: MUTUAL
        credentialName: mutual-service-{number}
"""

SCHEMA = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {plural}.networking.bench.example
spec:
  group: networking.bench.example
  names: {{kind: {kind}, plural: {plural}}}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              x-kubernetes-preserve-unknown-fields: true
              properties:
{properties}
"""
PROPERTIES = {
    "Route": """\
                hosts: {type: array, minItems: 1, items: {type: string}}
                gateways: {type: array, items: {type: string}}
                http:
                  type: array
                  items:
                    type: object
                    x-kubernetes-preserve-unknown-fields: true
                    required: [route]
                    properties:
                      name: {type: string}
                      timeout: {type: string, pattern: "^[0-9]+(ms|s|m|h)$"}
                      route:
                        type: array
                        items:
                          type: object
                          required: [destination]
                          properties:
                            weight: {type: integer, minimum: 0, maximum: 100}
                            destination:
                              type: object
                              required: [host]
                              x-kubernetes-preserve-unknown-fields: true
                              properties: {host: {type: string}, subset: {type: string}}""",
    "TrafficRule": """\
                host: {type: string}
                trafficPolicy: {type: object, x-kubernetes-preserve-unknown-fields: true}
                subsets:
                  type: array
                  items:
                    type: object
                    required: [name]
                    x-kubernetes-preserve-unknown-fields: true
                    properties:
                      name: {type: string}
                      labels: {type: object, additionalProperties: {type: string}}""",
    "Entry": """\
                selector: {type: object, additionalProperties: {type: string}}
                servers:
                  type: array
                  items:
                    type: object
                    required: [port, hosts]
                    x-kubernetes-preserve-unknown-fields: true
                    properties:
                      hosts: {type: array, items: {type: string}}
                      port:
                        type: object
                        required: [number, protocol]
                        properties:
                          number: {type: integer, minimum: 1, maximum: 65535}
                          name: {type: string}
                          protocol: {type: string}""",
}


def place(number: int) -> str:
    """Path of a resource's file, relative to the source's folder."""
    return f"{_namespace(number)}/{_name(number)}.yaml"


def text(number: int, revision: int = 0) -> str:
    """One manifest; another `revision` changes one annotation and nothing else."""
    return _template(number).format(
        name=_name(number),
        namespace=_namespace(number),
        number=f"{number:06d}",
        team=number % 17,
        tier=("front", "middle", "back")[number % 3],
        revision=f"{revision:08d}",
    )


def fill(folder: Path, count: int) -> int:
    """Write resources 0 to `count`; how many bytes that is."""
    for namespace in range(min(count, NAMESPACES)):
        (folder / _namespace(namespace)).mkdir(parents=True, exist_ok=True)
    return sum((folder / place(number)).write_text(text(number)) for number in range(count))


def schemas(folder: Path) -> None:
    """Write a CustomResourceDefinition for each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, properties in PROPERTIES.items():
        plural = f"{kind.lower()}s"
        told = SCHEMA.format(kind=kind, plural=plural, properties=properties)
        (folder / f"{plural}.yaml").write_text(told)


def _template(number: int) -> str:
    kind = number // NAMESPACES * 7 + number
    return GATEWAY if kind % 10 == 9 else (ROUTE, RULE)[kind % 2]


def _name(number: int) -> str:
    return f"config-{number:06d}"


def _namespace(number: int) -> str:
    return f"ns-{number % NAMESPACES:04d}"
