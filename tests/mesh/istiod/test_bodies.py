"""What an istiod reads is what the YAML says, as protobuf's own classes understand it."""

import re
from typing import Any

import pytest
import yaml
from google.protobuf.json_format import MessageToDict, ParseDict

from pipeline.encoding.istio import ISTIO
from pipeline.encoding.protobuf import Generation
from pipeline.model import Key, Resource
from tests.mesh.doubles.istiod import types
from tests.mesh.doubles.stored import kind
from tests.mesh.istiod.conftest import istiod_of
from tests.mesh.served import serving
from tests.pipeline.encoding.protobuf.descriptors import message_class

SPECS: dict[str, dict[str, Any]] = yaml.safe_load("""
security.istio.io/AuthorizationPolicy:
  selector: {matchLabels: {app: a}}
  action: DENY
  rules:
  - from: [{source: {principals: [cluster.local/ns/a/sa/b], notNamespaces: [c]}}]
    to: [{operation: {methods: [GET], paths: ["/a/{*}"], ports: ["80"]}}]
    when: [{key: "request.headers[x]", values: [a]}]
networking.istio.io/DestinationRule:
  host: a.example.com
  trafficPolicy:
    connectionPool:
      tcp: {maxConnections: 10, connectTimeout: 0.030s, tcpKeepalive: {time: 2h, interval: 1m15s}}
      http: {idleTimeout: 1h30m, h2UpgradePolicy: UPGRADE}
    loadBalancer:
      consistentHash: {httpCookie: {name: c, ttl: 0s}}
    outlierDetection: {consecutive5xxErrors: 0, consecutiveGatewayErrors: 5, minHealthPercent: 50}
    tls: {mode: MUTUAL, insecureSkipVerify: false}
  subsets: [{name: v1, labels: {version: v1}}]
networking.istio.io/EnvoyFilter:
  priority: -10
  configPatches:
  - applyTo: HTTP_FILTER
    match: {context: SIDECAR_INBOUND, listener: {portNumber: 80, filterChain: {filter: {name: f}}}}
    patch:
      operation: INSERT_BEFORE
      value: {name: a, typed_config: {"@type": type.googleapis.com/x.Y, n: 1.5, l: [1, null, true]}}
networking.istio.io/Gateway:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: ["*/a.example.com"]
    tls: {mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_2, httpsRedirect: false}
security.istio.io/PeerAuthentication:
  selector: {matchLabels: {app: a}}
  mtls: {mode: STRICT}
  portLevelMtls: {"8080": {mode: DISABLE}, "9090": {mode: PERMISSIVE}}
networking.istio.io/ProxyConfig:
  concurrency: 0
  environmentVariables: {A: "1"}
  image: {imageType: distroless}
security.istio.io/RequestAuthentication:
  jwtRules: [{issuer: i, jwksUri: "https://a/b", forwardOriginalToken: true, timeout: 5s}]
networking.istio.io/ServiceEntry:
  hosts: [a.example.com]
  addresses: [10.0.0.1]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]
  endpoints: [{address: 10.1.1.1, ports: {http: 8080}, labels: {a: b}, weight: 3, locality: r/z}]
networking.istio.io/Sidecar:
  ingress: [{port: {number: 80, protocol: HTTP, name: h}, defaultEndpoint: "127.0.0.1:80"}]
  egress: [{hosts: ["./*"], captureMode: NONE}]
  outboundTrafficPolicy: {mode: ALLOW_ANY}
telemetry.istio.io/Telemetry:
  tracing: [{randomSamplingPercentage: 0.0, customTags: {t: {literal: {value: v}}}}]
  metrics: [{overrides: [{match: {metric: REQUEST_COUNT}, disabled: true,
    tagOverrides: {r: {operation: REMOVE}}}], reportingInterval: 5s}]
  accessLogging: [{providers: [{name: envoy}], filter: {expression: "response.code >= 400"}}]
extensions.istio.io/TrafficExtension:
  selector: {matchLabels: {app: a}}
  priority: 5
  wasm: {url: "oci://a/b:1"}
networking.istio.io/VirtualService:
  hosts: [a.example.com]
  http:
  - name: one
    match: [{uri: {regex: "/a.*"}, headers: {x: {exact: y}}, port: 80, ignoreUriCase: true}]
    route:
    - {destination: {host: a, subset: v1, port: {number: 80}}, weight: 90}
    - {destination: {host: b}, weight: 10, headers: {request: {set: {a: b}, remove: [c]}}}
    timeout: 2.5s
    retries: {attempts: 3, perTryTimeout: 500ms, retryOn: 5xx, retryRemoteLocalities: false}
    fault: {delay: {percentage: {value: 0.1}, fixedDelay: 5s}, abort: {httpStatus: 503}}
    corsPolicy: {allowOrigins: [{prefix: "https://"}], maxAge: 24h, allowCredentials: false}
    mirrorPercentage: {value: 100}
  - name: two
    redirect: {uri: /b, redirectCode: 308, derivePort: FROM_REQUEST_PORT}
extensions.istio.io/WasmPlugin:
  url: oci://a/b:1
  imagePullPolicy: IfNotPresent
  phase: AUTHN
  priority: 0
  pluginConfig: {a: {b: [1, "2", 3.5, false]}}
  vmConfig: {env: [{name: A, valueFrom: HOST}]}
networking.istio.io/WorkloadEntry:
  address: 10.0.0.1
  ports: {http: 80}
  labels: {app: a}
  weight: 4294967295
networking.istio.io/WorkloadGroup:
  metadata: {labels: {app: a}, annotations: {b: c}}
  template: {serviceAccount: s, ports: {http: 80}}
  probe: {httpGet: {path: /, port: 80}, periodSeconds: 5, initialDelaySeconds: 0}
""")


GO_DURATION = re.compile(r"([0-9.]+(ms|[hms]))+")
SECONDS = {"h": 3600, "m": 60, "s": 1, "ms": 0.001}


def url(collection: str) -> str:
    """How a current istiod asks for a collection."""
    group, _, name = collection.partition("/")
    return next(
        each for each in types("1.30") if each.startswith(f"{group}/") and each.endswith(f"/{name}")
    )


def test_every_kind_is_tried() -> None:
    assert set(SPECS) == ISTIO.bodies.keys() - {"mesh.istio.io/MeshConfig"}
    assert len(SPECS) == len(types("1.30"))


@pytest.mark.parametrize("collection", SPECS)
async def test_a_body_says_what_the_yaml_says(collection: str) -> None:
    spec = SPECS[collection]
    key = Key(collection, "default", "a")
    resource = Resource.build(key, "any/v1", body={"spec": spec})
    async with serving(resource) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        kept = istiod.store[url(collection)]["default", "a"]
    assert kind(kept.type_url) == ISTIO.bodies[collection]
    cls = message_class(kind(kept.type_url), Generation.TODAY)
    read = cls.FromString(kept.body)
    assert read == ParseDict(plain(spec), cls())
    said = MessageToDict(read)
    assert said.keys() == spec.keys()


def plain(value: Any) -> Any:
    """Durations as protobuf alone understands them: Istio takes Go's as well."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, str) and GO_DURATION.fullmatch(value):
        parts = re.findall(r"([0-9.]+)(ms|[hms])", value)
        return f"{sum(float(number) * SECONDS[unit] for number, unit in parts):g}s"
    return value
