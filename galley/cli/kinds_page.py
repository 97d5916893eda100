"""`docs/kinds.md`, as `galley reference kinds` prints it: the kinds known without a schema."""

from collections.abc import Iterator

from pipeline.model import Kind
from pipeline.schema.builtin import FAMILIES

INTRODUCTION = """\
# Kinds

A kind that is listed here needs no schema: Galley knows its scope, which of its versions is stored,
how the others convert to it, and what people and clients call it. What its resources may hold is
said by a schema ([schemas.md](schemas.md)), which takes over scope and versions as well.

**Versions.** A resource is kept in one version, the first of its row, whichever it is written in.
Versions in *italics* have other fields or defaults, which are converted; findings still point to
the line where a field was written. Versions with a group are those of an older group of the kind.
A definition under `schemas:` decides which versions there are; of those, Galley converts the fields
that it knows to differ.

**Names.** Wherever a collection is asked for, all of these will do, in capitals or not: `Kind`,
the plural, `plural.group`, `group/Kind`, `group/version/Kind`, `k8s/group/version/plural` (with
`core` for Kubernetes' own group) and what the last column lists. A name that several kinds have,
such as `Gateway`, means the one that comes first on this page; to whoever asks a channel, the one
that the channel holds, if it holds but one of them.

**Observed** kinds are facts about the world and not configuration: they are held in the companion
channel.
"""

REMARKS = {
    "Envoy": """\
Envoy's resources are configuration of their own. Group, version and kind joined by dots are the
protobuf message, whose JSON stands under `spec`. The field by which Envoy asks for a resource holds
the resource's name: left out it is filled in, another one is refused
([GAL0320](messages.md#gal0320-two-names-for-one-resource)). Such names may hold what Envoy lets
them, but neither `/` nor `%`.

```yaml
apiVersion: envoy.config.cluster/v3
kind: Cluster
metadata: {name: outbound|80||web.shop, labels: {nodes: edge}}
spec:
  type: EDS
  eds_cluster_config: {eds_config: {ads: {}, resource_api_version: V3}}
```
""",
    "Istio 1.1 to 1.5": """\
For meshes with Mixer, and for those that are on their way to a newer Istio: what has no effect
there any more is said by the analyzers ([analysis.md](analysis.md)).
""",
}


def page() -> Iterator[str]:
    """The lines below the first."""
    yield INTRODUCTION
    for family, kinds in reversed(FAMILIES.items()):
        yield from (f"## {family}", "")
        if family in REMARKS:
            yield REMARKS[family]
        yield from ("| kind | group | versions | scope | other names |", "|---|---|---|---|---|")
        yield from map(_row, kinds)
        yield ""


def _row(kind: Kind) -> str:
    scope = "namespace" if kind.namespaced else "cluster"
    scope += ", observed" if kind.observed else ""
    names = ", ".join(f"`{name}`" for name in kind.aliases)
    return f"| {kind.kind} | {kind.group or 'core'} | {_versions(kind)} | {scope} | {names} |"


def _versions(kind: Kind) -> str:
    converted = {each.api_version.removeprefix(f"{kind.group}/"): each for each in kind.conversions}
    shown = dict.fromkeys((*kind.versions, *converted))
    return ", ".join(
        f"*{each}*" if each in converted and converted[each].steps else each for each in shown
    )
