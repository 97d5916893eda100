"""Ingresses of Kubernetes to Gateways and VirtualServices of Istio.

In reading order: `settings` (as people write them), `stage` (from one Ingress to its shares),
`classes` (which Ingresses are ours), `reading` (an Ingress as values), `hosts` (what may be one,
and which meet), `backends` (from a Service's port to a destination), `paths` (what a path matches,
and which comes first), `certificates` (for which hosts), `shares` (what an Ingress gives to a host
and a certificate), `joining` (one VirtualService or Gateway from all shares), `names` (what these
are called).
"""

from pipeline.transform.ingress.settings import IngressSettings
from pipeline.transform.ingress.stage import Ingresses

__all__ = ["IngressSettings", "Ingresses"]
