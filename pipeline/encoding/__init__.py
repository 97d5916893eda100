"""Bytes for each wire, made once, in the pipeline: what cannot be sent is a diagnostic there.

In reading order: `wire` (what a wire is), `protobuf` (how messages are written, and Istio's),
`body` (what stands under `spec`, written), `recent` (what was encoded lately), `mesh` (wires that
carry Istio's messages), `istio` (which ones), `envoy` (Envoy's wire and messages), `builtin` (the
wires that we ship), `stage` (how they become a stage), `volume` (what all of a collection takes).
"""

from pipeline.encoding.builtin import MESH_WIRES, WIRES, wires
from pipeline.encoding.stage import EncodingStage
from pipeline.encoding.wire import ServedWire, UncarriableError, UnknownWireError, Wire

__all__ = [
    "MESH_WIRES",
    "WIRES",
    "EncodingStage",
    "ServedWire",
    "UncarriableError",
    "UnknownWireError",
    "Wire",
    "wires",
]
