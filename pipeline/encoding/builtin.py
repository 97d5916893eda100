"""The wires that we ship."""

from collections.abc import Iterable

from pipeline.encoding.envoy import ENVOY, EXTRA, is_installed
from pipeline.encoding.istio import ISTIO, MCP
from pipeline.encoding.wire import NativeWire, ServedWire, UnknownWireError, Wire
from pipeline.model.messages import encoding as messages

WIRES: tuple[Wire, ...] = (NativeWire(),)
"""Those that every channel has, sorted by name; a new one is entered here and nowhere else."""

MESH_WIRES: dict[str, ServedWire] = {wire.name: wire for wire in (ENVOY, ISTIO, MCP)}
"""Those that a channel has to suit if its settings say so, by name."""


def wires(named: Iterable[str]) -> tuple[ServedWire, ...]:
    """The wires besides Galley's own of a channel whose settings name these.

    Raises:
        UnknownWireError: there is no wire of that name, or what it needs is not installed.
    """
    asked = sorted(set(named))
    known = ", ".join(MESH_WIRES)
    problems = [
        messages.UNKNOWN_WIRE.report(wire=name, known=known)
        for name in asked
        if name not in MESH_WIRES
    ]
    if ENVOY.name in asked and not is_installed():
        problems.append(messages.NOT_INSTALLED.report(wire=ENVOY.name, extra=EXTRA))
    if problems:
        raise UnknownWireError(problems)
    return tuple(MESH_WIRES[name] for name in asked)
