"""The transform of old authentication policies as people write it."""

from typing import Literal

from pydantic import Field

from pipeline.transform.settings import TransformSettings


class AuthenticationSettings(TransformSettings):
    """Serve Policy and MeshPolicy of authentication.istio.io/v1alpha1 as Galley did, or as what
    takes their place since Istio 1.5."""

    type: Literal["authentication"] = "authentication"
    """Which transform this is."""
    into: Literal["original", "current"] = "current"
    """original: the policies, with `mtls: {}` where a peer has `mtls:` and nothing in it, for Pilot
    up to 1.5 · current: PeerAuthentications, RequestAuthentications and AuthorizationPolicies."""
    root_namespace: str = Field(default="istio-system", min_length=1)
    """Where resources for the whole mesh live."""
    keep: bool = False
    """Whether the policies themselves go on beside what is current."""
