"""Bytes for each wire, made once, in the pipeline: what cannot be sent is a diagnostic there.

In reading order: `wire` (what a wire is), `protobuf` (Istio's messages), `mesh` (wires that carry
them), `istio` (which ones), `builtin` (those that we ship), `stage` (how they become a stage).
"""

from pipeline.encoding.builtin import MESH_WIRES, WIRES, wires
from pipeline.encoding.stage import EncodingStage
from pipeline.encoding.wire import UncarriableError, UnknownWireError, Wire

__all__ = [
    "MESH_WIRES",
    "WIRES",
    "EncodingStage",
    "UncarriableError",
    "UnknownWireError",
    "Wire",
    "wires",
]
