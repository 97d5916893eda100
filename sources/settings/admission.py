"""Settings of admission: which writes a cluster asks about first, and what if nobody answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sources.settings.common import Seconds

SPARED = ("kube-system", "kube-public", "kube-node-lease")
"""Namespaces whose objects are never asked about: the cluster itself runs there."""

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_HOST = r"[0-9A-Za-z]([-.0-9A-Za-z]*[0-9A-Za-z])?"
Namespace = Annotated[str, Field(pattern=rf"^{_LABEL}$")]


class AdmissionSettings(BaseModel):
    """A validating webhook: the cluster asks before it takes in an object that the source reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    service: str = Field(default="", pattern=rf"^({_LABEL}/{_LABEL}(:[1-9]\d{{0,4}})?)?$")
    """The Service by which the API server reaches the admission address: `namespace/name`, or
    `namespace/name:port` for another port than 443."""
    url: str = Field(default="", pattern=rf"^(https://({_HOST}|\[[0-9a-fA-F:.]+\])(:\d{{1,5}})?)?$")
    """Or the address itself, where the service does not run in the cluster:
    `https://galley.example.com:8443`."""
    configuration: str = Field(default="", pattern=rf"^({_LABEL}(\.{_LABEL})*)?$")
    """Name of the ValidatingWebhookConfiguration; empty: `galley-CHANNEL-SOURCE`."""
    on_failure: Literal["admit", "refuse"] = "admit"
    """What becomes of a write that cannot be judged in time. admit: it is let through, and the gate
    judges it · refuse: it has to wait until it can be judged."""
    timeout: Seconds = Field(default=1.0, ge=0.1, le=10)
    """Seconds until a write counts as not judged."""
    patience: Seconds = Field(default=0.05, ge=0, le=5)
    """Seconds for which, within that, the answer waits for what other resources have to do with an
    object; 0: they are not looked at."""
    kinds: tuple[Annotated[str, Field(pattern=r"^[a-z0-9][-a-z0-9.]*/(\*|[A-Z]\w*)$")], ...] = ()
    """Kinds (`networking.istio.io/VirtualService`) and groups (`networking.istio.io/*`) that are
    asked about, of those that the source reads; empty: all of them."""
    namespaces: tuple[Namespace, ...] = ()
    """Namespaces that are asked about, of those that the source reads; empty: all of them."""
    spare: tuple[Namespace, ...] = ()
    """Namespaces that are never asked about, besides kube-system, kube-public, kube-node-lease and
    that of `service`."""
    refuse: tuple[Annotated[str, Field(pattern=r"^GAL\d{4}$")], ...] = ()
    """Codes of findings about an object and others that refuse it; the rest of these only warn."""

    @model_validator(mode="after")
    def _reached_one_way(self) -> "AdmissionSettings":
        if bool(self.service) == bool(self.url):
            raise ValueError("give exactly one of service and url")
        return self

    def asks_about(self, collection: str) -> bool:
        """Whether a kind, as `group/Kind`, is asked about if the source reads it."""
        group = collection.partition("/")[0]
        return not self.kinds or bool({collection, f"{group}/*"} & set(self.kinds))

    @property
    def spared(self) -> tuple[str, ...]:
        """Every namespace that is never asked about, in the order of their names."""
        own = self.service.partition("/")[0]
        return tuple(sorted({*SPARED, *self.spare, *filter(None, (own,))}))
