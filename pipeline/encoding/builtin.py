"""The wires that we ship."""

from collections.abc import Iterable

from pipeline.encoding.istio import ISTIO, MCP
from pipeline.encoding.mesh import MeshWire
from pipeline.encoding.wire import NativeWire, UnknownWireError, Wire
from pipeline.model.messages import encoding as messages

WIRES: tuple[Wire, ...] = (NativeWire(),)
"""Those that every channel has, sorted by name; a new one is entered here and nowhere else."""

MESH_WIRES: dict[str, MeshWire] = {wire.name: wire for wire in (ISTIO, MCP)}
"""Those that a channel has to suit if its settings say so, by name."""


def wires(named: Iterable[str]) -> tuple[Wire, ...]:
    """The wires of a channel whose settings name these.

    Raises:
        UnknownWireError: there is no wire of that name.
    """
    asked = sorted(set(named))
    unknown = [name for name in asked if name not in MESH_WIRES]
    if unknown:
        known = ", ".join(MESH_WIRES)
        raise UnknownWireError(
            messages.UNKNOWN_WIRE.report(wire=name, known=known) for name in unknown
        )
    return (*WIRES, *(MESH_WIRES[name] for name in asked))
