"""Every metric of the service, defined in one place, each with a bounded set of labels.

Labels are channels, sources, states and routes, all named by settings or code; never a resource, a
subscriber or an address. What has a state is read at the scrape (`Row`); what happens is counted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from galley import __version__
from galley.protocol.results import ChannelResult
from galley.server.counts import Counts, MeshCounts, StreamCounts

SUBSCRIBER_STATES = ("synced", "pending", "nacked", "diverged", "oversize", "stale", "gone")
CHECK_OUTCOMES = ("passed", "blocked", "failed")
COMMIT_STATUS_OUTCOMES = ("told", "failed", "given_up", "dropped")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
STALLS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)

Gauge: TypeAlias = tuple[str, str, Callable[[ChannelResult], float]]

CHANNEL_GAUGES: tuple[Gauge, ...] = (
    ("version", "Number of the live version.", lambda each: each.version),
    ("published_timestamp_seconds", "When it was published.", lambda each: each.published),
    ("resources", "Resources in the live version.", lambda each: each.resources),
    ("ready", "1 if the channel serves a good state.", lambda each: each.ready),
    ("pending", "Change units that are not published yet.", lambda each: each.pending),
    ("blocked", "Change units that a diagnostic blocks.", lambda each: each.blocked),
    ("errors", "Diagnostics of level error.", lambda each: each.errors),
    ("warnings", "Diagnostics of level warning.", lambda each: each.warnings),
    ("holds", "Holds in force.", lambda each: len(each.holds)),
    ("quarantined", "Inputs that a rollback took back.", lambda each: each.quarantined),
    ("parked", "Candidates that wait for an operator.", lambda each: len(each.parked)),
    ("store_bytes", "Size of the channel's store.", lambda each: each.store_bytes),
)
"""Name behind `galley_channel_`, help, value."""


class Row(NamedTuple):
    """One channel line at the moment of a scrape."""

    health: ChannelResult
    states: Mapping[str, int]
    """Number of subscribers by state."""
    lag: float
    """The longest lag of a subscriber, seconds."""
    counts: Counts
    webhooks: Mapping[tuple[str, str, str], int] = {}
    """Number of webhook requests by source, outcome and reason."""


class Metrics:
    """What the service counts, and what it reads at each scrape."""

    def __init__(self) -> None:
        self.mesh = StreamCounts()
        """Added to by whoever serves clients of meshes."""
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._requests = Counter(
            "galley_http_requests",
            "Answered HTTP requests.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "galley_http_request_seconds",
            "Time from request to answer.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._writes = Counter(
            "galley_admission_writes",
            "Writes that clusters have asked about, by what became of them.",
            ("channel", "source", "outcome"),
            registry=self._registry,
        )
        self._judging = Histogram(
            "galley_admission_seconds",
            "Time from question to answer.",
            ("channel", "source"),
            buckets=STALLS,
            registry=self._registry,
        )
        self._stalls = Histogram(
            "galley_loop_stall_seconds",
            "How much longer than asked the serving loop let a timer wait.",
            buckets=STALLS,
            registry=self._registry,
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request; the status is kept as its class, `2xx`."""
        verb = method if method in METHODS else "other"
        self._requests.labels(route, verb, f"{status // 100}xx").inc()
        if status != 101:
            self._seconds.labels(route).observe(seconds)

    def judged(self, channel: str, source: str, outcome: str, seconds: float) -> None:
        """Count a write that a cluster has asked about."""
        self._writes.labels(channel, source, outcome).inc()
        self._judging.labels(channel, source).observe(seconds)

    def stalled(self, seconds: float) -> None:
        """Note how late a timer of the serving loop was."""
        self._stalls.observe(seconds)

    def render(
        self,
        rows: Iterable[Row],
        *,
        closed: Mapping[int, int],
        meshes: Mapping[str, MeshCounts] = MappingProxyType({}),
    ) -> bytes:
        """The text that Prometheus scrapes.

        Args:
            closed: connections of the stream that were closed here, by close code.
            meshes: what is counted of clients of meshes, by channel line.
        """
        now = CollectorRegistry(auto_describe=False)
        now.register(_Now(list(rows), closed))
        now.register(_Meshes(meshes, self.mesh))
        return generate_latest(self._registry) + generate_latest(now)


class _Now(Collector):
    """What can be read at one moment."""

    def __init__(self, rows: list[Row], closed: Mapping[int, int]) -> None:
        self._rows = rows
        self._closed = closed

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("galley_build_info", "Galley's version.", labels=("version",))
        build.add_metric((__version__,), 1)
        yield build
        for name, text, value in CHANNEL_GAUGES:
            gauge = GaugeMetricFamily(f"galley_channel_{name}", text, labels=("channel",))
            for row in self._rows:
                gauge.add_metric((row.health.channel,), value(row.health))
            yield gauge
        yield from self._sources()
        yield from self._checks()
        yield from self._webhooks()
        yield from self._commit_status()
        yield from self._subscribers()
        yield from self._stream()

    def _sources(self) -> Iterator[Metric]:
        labels = ("channel", "source")
        age = GaugeMetricFamily(
            "galley_source_age_seconds", "Seconds since the source was last read.", labels=labels
        )
        synced = GaugeMetricFamily(
            "galley_source_synced", "1 if the source is read and in step.", labels=labels
        )
        for row in self._rows:
            for source in row.health.sources:
                age.add_metric((row.health.channel, source.name), source.age)
                synced.add_metric((row.health.channel, source.name), source.state == "synced")
        yield age
        yield synced

    def _checks(self) -> Iterator[Metric]:
        labels = ("channel", "check")
        asked = CounterMetricFamily(
            "galley_check_asked",
            "How often a check outside of Galley was asked, by outcome.",
            labels=(*labels, "outcome"),
        )
        seconds = CounterMetricFamily(
            "galley_check_seconds", "How long that took altogether.", labels=labels
        )
        for row in self._rows:
            for check in row.health.checks:
                which = (row.health.channel, check.name)
                for outcome in CHECK_OUTCOMES:
                    asked.add_metric((*which, outcome), getattr(check, outcome))
                seconds.add_metric(which, check.seconds)
        yield asked
        yield seconds

    def _webhooks(self) -> Iterator[Metric]:
        labels = ("channel", "source", "outcome", "reason")
        requests = CounterMetricFamily(
            "galley_webhook_requests", "Requests of forges, by what became of them.", labels=labels
        )
        for row in self._rows:
            for which, number in row.webhooks.items():
                requests.add_metric((row.health.channel, *which), number)
        yield requests

    def _commit_status(self) -> Iterator[Metric]:
        labels = ("channel", "source")
        waiting = GaugeMetricFamily(
            "galley_commit_status_waiting",
            "Commits that the forge is to be told of.",
            labels=labels,
        )
        told = CounterMetricFamily(
            "galley_commit_status",
            "Tries to tell a forge, by outcome.",
            labels=(*labels, "outcome"),
        )
        sources = ((row.health.channel, each) for row in self._rows for each in row.health.sources)
        for channel, source in sources:
            if found := source.commit_status:
                waiting.add_metric((channel, source.name), found.waiting)
                for outcome in COMMIT_STATUS_OUTCOMES:
                    told.add_metric((channel, source.name, outcome), getattr(found, outcome))
        yield waiting
        yield told

    def _subscribers(self) -> Iterator[Metric]:
        labels = ("channel", "state")
        count = GaugeMetricFamily("galley_subscribers", "Subscribers by state.", labels=labels)
        lag = GaugeMetricFamily(
            "galley_subscriber_lag_seconds", "The longest lag of one.", labels=("channel",)
        )
        for row in self._rows:
            for state in SUBSCRIBER_STATES:
                count.add_metric((row.health.channel, state), row.states.get(state, 0))
            lag.add_metric((row.health.channel,), row.lag)
        yield count
        yield lag

    def _stream(self) -> Iterator[Metric]:
        steps = _counter("steps", "Steps sent, by kind.", "channel", "kind")
        nacks = _counter("nacks", "Refusals by subscribers, by kind.", "channel", "kind")
        totals = {
            "resources": _counter("resources", "Resources and removals sent.", "channel"),
            "bytes": _counter("bytes", "Bytes sent in steps.", "channel"),
            "acks": _counter("acks", "Acknowledgements.", "channel"),
            "mismatches": _counter("mismatches", "Digests that came out different.", "channel"),
        }
        for row in self._rows:
            health, counts = row.health, row.counts
            for kind, number in counts.steps.items():
                steps.add_metric((health.channel, kind), number)
            for kind, number in counts.nacks.items():
                nacks.add_metric((health.channel, kind), number)
            for name, family in totals.items():
                family.add_metric((health.channel,), getattr(counts, name))
        yield from (steps, nacks, *totals.values())
        closed = _counter("closed", "Connections that the server closed, by close code.", "code")
        for code, number in self._closed.items():
            closed.add_metric((str(code),), number)
        yield closed


class _Meshes(Collector):
    """Clients of meshes, by wire; channel lines without any have no rows."""

    def __init__(self, lines: Mapping[str, MeshCounts], streams: StreamCounts) -> None:
        self._lines = lines
        self._all = streams

    def collect(self) -> Iterator[Metric]:
        labels = ("channel", "wire")
        there = GaugeMetricFamily("galley_mesh_streams", "Streams that there are.", labels=labels)
        totals = {
            "messages": _of_meshes("messages", "Messages sent.", *labels),
            "bytes": _of_meshes("bytes", "Bytes of messages sent.", *labels),
            "oversize": _of_meshes("oversize", "Messages too long to be sent.", *labels),
        }
        said = _of_meshes("requests", "Requests, by what they say.", *labels, "said")
        for channel, counts in self._lines.items():
            for wire, number in counts.streams.items():
                there.add_metric((channel, wire), number)
            for name, family in totals.items():
                for wire, number in getattr(counts, name).items():
                    family.add_metric((channel, wire), number)
            for (wire, word), number in counts.said.items():
                said.add_metric((channel, wire, word), number)
        yield from (there, *totals.values(), said)
        yield from self._streams()

    def _streams(self) -> Iterator[Metric]:
        closed = _of_meshes("closed", "Streams that are over, by gRPC status.", "status")
        refused = _of_meshes("refused", "Streams that were not served, by reason.", "reason")
        for status, number in self._all.closed.items():
            closed.add_metric((status,), number)
        for reason, number in self._all.refused.items():
            refused.add_metric((reason,), number)
        yield from (closed, refused)


def _counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"galley_stream_{name}", text, labels=labels)


def _of_meshes(name: str, text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"galley_mesh_{name}", text, labels=labels)
