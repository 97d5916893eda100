"""One kind in two versions: without a schema nothing says how one relates to the other."""

from collections.abc import Mapping

from pipeline.engine.inputs import Unit
from pipeline.engine.ledger import Ledger
from pipeline.engine.selection import Selection
from pipeline.model import Diagnostic, Key, Located
from pipeline.model.messages.gate import KIND_IN_TWO_VERSIONS


def version_conflicts(
    ledger: Ledger, winners: Mapping[Key, Located | None], selection: Selection
) -> dict[Unit, list[Diagnostic]]:
    """Units that bring a second apiVersion into a collection whose kind is not known."""
    established: dict[str, str] = {}
    reasons: dict[Unit, list[Diagnostic]] = {}
    for key in sorted(winners):
        held = winners[key]
        if held is None or ledger.kinds.get(key.collection):
            continue
        version = held.resource.api_version
        if key.collection not in established:
            established[key.collection] = ledger.api_version(key.collection, winners) or version
        other = established[key.collection]
        if version != other:
            report = KIND_IN_TWO_VERSIONS.report(
                key=key,
                path=("apiVersion",),
                collection=key.collection,
                other=other,
                version=version,
            )
            for unit in selection.behind(key, held):
                reasons.setdefault(unit, []).append(report.at_origin(held.origin))
    return reasons
