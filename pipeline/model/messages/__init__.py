"""The catalogue of every diagnostic, by topic; `galley explain` and `docs/messages.md` read it.

`reading` GAL01xx, `structure` GAL02xx, `schema` GAL03xx, `transform`, `ingress`, `service_entries`
and `shaping` GAL04xx, `policy` GAL05xx, `analysis` GAL06xx, `gate` GAL07xx, `encoding` GAL08xx,
`source` GAL09xx, `stage` GAL10xx, `git` GAL11xx, `trust` GAL12xx, `kubernetes` GAL13xx, `traffic`
GAL14xx, `security` GAL150x, `mesh` GAL151x, `workloads` GAL16xx, `legacy` GAL17xx, `gateway_api`
GAL18xx, `certificates` GAL190x, `webhooks` GAL192x, `envoy` GAL20xx; `message` says what an
entry is.
"""

from pipeline.model.messages import (
    analysis,
    certificates,
    encoding,
    envoy,
    gate,
    gateway_api,
    git,
    ingress,
    kubernetes,
    legacy,
    mesh,
    policy,
    reading,
    schema,
    security,
    service_entries,
    shaping,
    source,
    stage,
    structure,
    traffic,
    transform,
    trust,
    webhooks,
    workloads,
)
from pipeline.model.messages.message import Message

TOPICS = (
    reading,
    structure,
    schema,
    transform,
    ingress,
    service_entries,
    shaping,
    policy,
    analysis,
    gate,
    encoding,
    source,
    stage,
    git,
    trust,
    kubernetes,
    traffic,
    security,
    mesh,
    workloads,
    legacy,
    gateway_api,
    certificates,
    webhooks,
    envoy,
)
"""The modules that hold messages."""

CATALOGUE: dict[str, Message] = {
    entry.code: entry
    for topic in TOPICS
    for entry in vars(topic).values()
    if isinstance(entry, Message)
}
"""Every message by its code, in order of the codes within a topic."""

__all__ = ["CATALOGUE", "TOPICS", "Message"]
