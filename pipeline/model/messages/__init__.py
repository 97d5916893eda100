"""The catalogue of every diagnostic, by topic; `galley explain` and `docs/messages.md` read it.

`reading` GAL01xx, `structure` GAL02xx, `schema` GAL03xx, `transform`, `ingress` and `shaping`
GAL04xx, `policy` GAL05xx, `analysis` GAL06xx, `gate` GAL07xx, `encoding` GAL08xx, `source`
GAL09xx, `stage` GAL10xx, `git` GAL11xx, `trust` GAL12xx, `kubernetes` GAL13xx, `traffic` GAL14xx,
`security` GAL15xx, `workloads` GAL16xx, `legacy` GAL17xx; `message` says what an entry is.
"""

from pipeline.model.messages import (
    analysis,
    encoding,
    gate,
    git,
    ingress,
    kubernetes,
    legacy,
    policy,
    reading,
    schema,
    security,
    shaping,
    source,
    stage,
    structure,
    traffic,
    transform,
    trust,
    workloads,
)
from pipeline.model.messages.message import Message

TOPICS = (
    reading,
    structure,
    schema,
    transform,
    ingress,
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
    workloads,
    legacy,
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
