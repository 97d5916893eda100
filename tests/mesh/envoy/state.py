"""What an Envoy's statistics and dumps say, as values to compare."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

REJECTED = re.compile(
    r"(?:cluster_manager\.cds|listener_manager\.lds|http\..*\.rds\..*|cluster\..*)\.update_rejected"
)
RDS = re.compile(r"http\..*?\.rds\.(.*)\.version_text")
EDS = re.compile(r"cluster\.(.*)\.version_text")
CONNECTED = "control_plane.connected_state"
DRAINING = {"@type", "name", "draining_state"}
NAMED = ("cluster", "listener", "route_config", "endpoint_config")


@dataclass(frozen=True)
class State:
    """Versions are those of the last answer that was taken, empty before the first.

    `rds` and `eds` have the subscriptions by name; where Envoy writes `_` for a colon, so does
    this. `rejected` counts the answers that were refused, of all types since the start. `connected`
    is whether all streams are, the one of ADS or those of the types.
    """

    cds: str
    lds: str
    rds: Mapping[str, str]
    eds: Mapping[str, str]
    warming_clusters: int
    warming_listeners: int
    rejected: int
    connected: bool

    @property
    def warming(self) -> int:
        return self.warming_clusters + self.warming_listeners


class Held(NamedTuple):
    """One resource that Envoy has: the version in use, one that is warming, why one was refused.

    `body` is the resource in use as protobuf's JSON, with its `@type`.
    """

    version: str
    warming: str = ""
    error: str = ""
    body: Mapping[str, Any] = MappingProxyType({})


def state(stats: Mapping[str, int | str]) -> State:
    streams = [said for name, said in stats.items() if name.endswith(CONNECTED)]
    return State(
        cds=str(stats.get("cluster_manager.cds.version_text", "")),
        lds=str(stats.get("listener_manager.lds.version_text", "")),
        rds=_versions(RDS, stats),
        eds=_versions(EDS, stats),
        warming_clusters=int(stats.get("cluster_manager.warming_clusters", 0)),
        warming_listeners=int(stats.get("listener_manager.total_listeners_warming", 0)),
        rejected=sum(int(each) for name, each in stats.items() if REJECTED.fullmatch(name)),
        connected=bool(streams) and all(streams),
    )


def _versions(pattern: re.Pattern[str], stats: Mapping[str, int | str]) -> dict[str, str]:
    found = ((pattern.fullmatch(name), version) for name, version in stats.items())
    return {match[1]: str(version) for match, version in found if match}


def held(dumped: Iterable[Mapping[str, Any]]) -> dict[str, Held]:
    """Read the entries of a dump: listeners have states, the others a version.

    A listener that only ends what it has begun is none any more.
    """
    return dict(_one(each) for each in dumped if not each.keys() <= DRAINING)


def _one(dump: Mapping[str, Any]) -> tuple[str, Held]:
    active = dump.get("active_state", dump)
    body: Mapping[str, Any] = next((active[field] for field in NAMED if field in active), {})
    name = dump.get("name") or body.get("name") or body.get("cluster_name", "")
    return name, Held(
        active.get("version_info", ""),
        dump.get("warming_state", {}).get("version_info", ""),
        dump.get("error_state", {}).get("details", ""),
        body,
    )
