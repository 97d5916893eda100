"""Bytes for each wire, made once, in the pipeline: what cannot be sent is a diagnostic there.

In reading order: `wire` (what a wire is), `builtin` (those that we ship), `stage` (how they
become a stage).
"""

from pipeline.encoding.builtin import WIRES
from pipeline.encoding.stage import EncodingStage
from pipeline.encoding.wire import UncarriableError, Wire

__all__ = ["WIRES", "EncodingStage", "UncarriableError", "Wire"]
