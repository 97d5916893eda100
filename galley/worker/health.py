"""The channel at a glance: what probes, metrics and `galley status` show without asking further."""

from typing import Any

from galley.worker.channel import Channel
from galley.worker.checks.checking import Checking
from galley.worker.companion import Companion
from galley.worker.findings import Findings
from galley.worker.queries import Queries
from galley.worker.reports import hold_report


class Health:
    """Builds the map that `ChannelResult` describes."""

    def __init__(
        self,
        channel: Channel,
        companion: Companion,
        queries: Queries,
        findings: Findings,
        checking: Checking,
    ) -> None:
        self._channel = channel
        self._companion = companion
        self._queries = queries
        self._findings = findings
        self._checking = checking
        self.store_bytes = 0

    def report(self) -> dict[str, Any]:
        """How the channel is now; subscribers are counted by the service."""
        channel, head, verdict = self._channel, self._channel.head, self._channel.verdict
        errors, warnings = (0, 0) if channel.loading else self._findings.counts()
        return {
            "channel": channel.name,
            "lineage": channel.store.lineage,
            "version": channel.number,
            "digest": channel.ledger.live.digest.hex(),
            "published": head.time if head else 0.0,
            "environment": channel.environment.digest.hex(),
            "resources": len(channel.ledger.live),
            "state": self.state(),
            "ready": channel.ready(),
            "pending": sum(len(item.pending) for item in channel.ledger.sources.values()),
            "blocked": len(verdict.refused) if verdict else 0,
            "errors": errors,
            "warnings": warnings,
            "holds": [hold_report(hold) for hold in channel.holds.values()],
            "quarantined": len(channel.ledger.quarantine),
            "parked": [verdict.parked_id] if verdict and verdict.parked else [],
            "sources": self._queries.source_reports(),
            "checks": self._checking.reports(),
            "observed_version": self._companion.head.number if self._companion.head else 0,
            "store_bytes": self.store_bytes,
            "problem": self._problem(),
        }

    def state(self) -> str:
        """The channel in one word."""
        channel, verdict = self._channel, self._channel.verdict
        if channel.loading:
            return "loading"
        if channel.holds:
            return "held"
        if verdict and verdict.parked:
            return "parked"
        if channel.head is None or (verdict and verdict.waiting):
            return "waiting"
        return "live"

    def _problem(self) -> str:
        channel = self._channel
        if channel.problem:
            return channel.problem
        if channel.environment_problem:
            return channel.environment_problem[0].message
        if channel.wanted:
            return "The schemas, policies or transforms of the settings are not in force."
        unread = [item.name for item in channel.ledger.sources.values() if not item.synced]
        if unread and channel.head is None and not channel.complete():
            return f"Waiting for the first complete read of {', '.join(unread)}."
        return ""
