"""Which clients get which resources: groups of nodes, by what a node tells of itself."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from galley.mesh.node import Node
from galley.mesh.session import StreamError
from galley.settings import ChannelSettings, GroupSettings


class Groups:
    """The groups of the settings, in order; the first that a client belongs to counts."""

    def __init__(
        self, groups: Iterable[GroupSettings], channels: Iterable[ChannelSettings]
    ) -> None:
        self._groups = tuple(groups)
        self._channels = {channel.name: channel for channel in channels}

    def of(self, wire: str, node: Node) -> GroupSettings:
        """The group of a client; without any, all belong to the one channel that has the wire.

        Raises:
            StreamError: it belongs to none, or its channel does not have the wire.
        """
        for group in self._groups:
            if _matches(group, wire, node):
                return self._suiting(group, wire)
        serving = [channel.name for channel in self._channels.values() if wire in channel.wires]
        if len(serving) == 1:
            return GroupSettings(channel=serving[0])
        if not serving:
            reason = f"no channel has the wire {wire}; name it under `wires` of one"
        else:
            names = ", ".join(serving)
            reason = (
                f"node {node.id!r} belongs to no group, and {names} all have the wire {wire}; "
                "say under `mesh.groups` who gets which"
            )
        raise StreamError("FAILED_PRECONDITION", reason, refusal="group")

    def _suiting(self, group: GroupSettings, wire: str) -> GroupSettings:
        channel = self._channels.get(group.channel)
        if channel is None or wire not in channel.wires:
            reason = f"channel {group.channel} does not have the wire {wire}"
            raise StreamError("FAILED_PRECONDITION", reason, refusal="group")
        return group


def _matches(group: GroupSettings, wire: str, node: Node) -> bool:
    wanted = group.match
    if wanted.wire and wanted.wire != wire:
        return False
    place = wanted.locality
    said = (
        (wanted.id, node.id),
        (wanted.cluster, node.cluster),
        (place.region, node.region),
        (place.zone, node.zone),
        (place.sub_zone, node.sub_zone),
    )
    if not all(fnmatchcase(value, pattern) for pattern, value in said if pattern):
        return False
    if not wanted.metadata:
        return True
    metadata = node.metadata()
    return all(_says(metadata, path, pattern) for path, pattern in wanted.metadata.items())


def _says(metadata: Mapping[str, Any], path: str, pattern: str) -> bool:
    """Whether the value at a path matches."""
    value = _at(metadata, path)
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    return value is not None and fnmatchcase(str(value), pattern)


def _at(metadata: Mapping[str, Any], path: str) -> Any:
    """What is at a path, of which each key may have dots: `LABELS.app.kubernetes.io/name`."""
    if path in metadata:
        return metadata[path]
    steps = path.split(".")
    for count in range(1, len(steps)):
        within = metadata.get(".".join(steps[:count]))
        if isinstance(within, Mapping):
            found = _at(within, ".".join(steps[count:]))
            if found is not None:
                return found
    return None
