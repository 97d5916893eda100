"""A Kubernetes cluster, followed: its objects listed, then watched.

In reading order: `access` (configuration, credentials that rotate, requests), `complaints` (what
its library only logs), `failure` (why something cannot be read), `kinds` (which kinds are read, of
those that the cluster has), `discovery` (asking for them), `selectors` (what of a kind is asked
for), `listing` (a list, page by page), `frames` (lines of a stream), `watching` (events),
`slimming` (what of an object is not taken in), `provenance` (where it is and who changed it),
`decoding` (an object as a change), `follower` (one kind, listed and watched), `crew` (all of them),
`outbox` (what waits to be emitted), `source` (all of them together). For schemas: `published`
(what an API server says of its own kinds), `schemas` (that beside the definitions).

A locator is the text form of a key; with `/` at its end it stands for a kind, or for a kind in a
namespace, that cannot be read.
"""

from sources.kubernetes.schemas import ClusterSchemas
from sources.kubernetes.source import KubernetesSource

__all__ = ["ClusterSchemas", "KubernetesSource"]
