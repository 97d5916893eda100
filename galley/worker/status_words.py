"""A revision's state in the words that its forge shows."""

from collections.abc import Iterable

from galley.forges.status import Colour, Finding, Status, Tally
from galley.worker.revisions import RevisionState, Standing
from pipeline.model import Diagnostic

SHOWN = 10
"""Findings that a status carries; a forge's description has room for one."""

WORDS: dict[Standing, tuple[Colour, str]] = {
    Standing.PENDING: (Colour.PENDING, "Waiting to be published"),
    Standing.BLOCKED: (Colour.FAILURE, "Blocked"),
    Standing.QUARANTINED: (Colour.PENDING, "Waiting: it says what version {version} rolled back"),
    Standing.LIVE: (Colour.SUCCESS, "Live as version {version}"),
    Standing.ROLLED_BACK: (Colour.FAILURE, "Rolled back by version {version}"),
}


def status_of(state: RevisionState, tally: Tally | None) -> Status:
    """What a forge is told of a revision; `tally` is that of the state's version, if known."""
    colour, headline = WORDS[state.standing]
    live = state.standing is Standing.LIVE
    if live and tally and tally.refused:
        colour = Colour.FAILURE
    found = findings(state.diagnostics)
    return Status(
        revision=state.revision.id,
        state=state.standing.value,
        colour=colour,
        headline=headline.format(version=state.version),
        version=state.version,
        findings=found,
        more=max(0, state.total - len(found)),
        tally=tally if live else None,
    )


def findings(diagnostics: Iterable[Diagnostic]) -> tuple[Finding, ...]:
    """The first diagnostics as a forge is told of them."""
    found = [Finding(each.locator, each.line, each.code, each.message) for each in diagnostics]
    return tuple(found[:SHOWN])
