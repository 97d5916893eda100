"""The settings of the transform `ingress`; the words are those of istiod's mesh configuration."""

from typing import Literal

from pydantic import Field, field_validator

from pipeline.transform.settings import TransformSettings

_NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"


class IngressSettings(TransformSettings):
    """Make Gateways and VirtualServices of Istio from Ingresses of Kubernetes; see
    docs/transforms.md."""

    type: Literal["ingress"] = "ingress"
    """Which transform this is."""
    mode: Literal["strict", "default", "off"] = "strict"
    """What becomes of an Ingress of no class, if no IngressClass is the default one: it stays as it
    is (strict), or is taken (default). Off: all Ingresses stay as they are."""
    ingress_class: str = Field(default="istio", min_length=1)
    """The class that is ours by its name: in the annotation kubernetes.io/ingress.class, and as
    `ingressClassName` where there is no such IngressClass."""
    controller: str = Field(default="istio.io/ingress-controller", min_length=1)
    """An IngressClass with this controller is ours, whatever its name."""
    namespace: str = Field(default="istio-system", pattern=_NAME, max_length=63)
    """Where everything that is made is put: the namespace of the gateway's workload, which reads
    the certificates there."""
    prefix: str = Field(default="ingress", pattern=_NAME, max_length=40)
    """What the names of all that is made begin with; two such transforms need two prefixes."""
    selector: dict[str, str] = Field(default={"istio": "ingressgateway"}, min_length=1)
    """Labels of the gateway's workload."""
    http_port: int = Field(default=80, ge=1, le=65535)
    """The port for HTTP."""
    https_port: int = Field(default=443, ge=1, le=65535)
    """The port for HTTPS, of hosts that have a certificate."""
    https_redirect: bool = False
    """Whether a host with a certificate answers HTTP by sending to HTTPS."""
    credential: str = Field(default="{name}", pattern=r"^([-a-z0-9.]|\{name\}|\{namespace\})+$")
    """What the Secret of a certificate is called in the gateway's namespace; `{namespace}` and
    `{name}` stand for what the Ingress names."""
    domain: str = Field(default="cluster.local", pattern=r"^[-a-z0-9.]+$")
    """The domain of the cluster's Services."""
    across_namespaces: Literal["allow", "warn", "refuse"] = "warn"
    """What Ingresses of several namespaces with one host are: fine, a warning, or an error."""
    keep: bool = False
    """Whether the Ingress itself stays beside what is made from it."""

    @field_validator("https_port")
    @classmethod
    def _two_ports(cls, port: int, info: object) -> int:
        if getattr(info, "data", {}).get("http_port") == port:
            raise ValueError("HTTP and HTTPS need a port each")
        return port
