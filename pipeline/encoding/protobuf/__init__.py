"""Istio's messages without generated code: tables, what writes resources by them, what reads back.

In reading order: `notation` (how messages are written down), `tables` (Istio's), `catalogue` (a
message by its name), `wire_format` (protobuf's bytes), `problems` (what keeps a value from being
written), `scalars` and `well_known` (values), `fields`, `encoder`, `generations` (Istio's messages
made ready for it), `decoder`. Envoy's messages are written by the same encoder.
"""

from pipeline.encoding.protobuf.decoder import decode
from pipeline.encoding.protobuf.generations import encoder
from pipeline.encoding.protobuf.notation import Generation
from pipeline.encoding.protobuf.problems import MOST_PROBLEMS, Problem, UnwritableError
from pipeline.encoding.protobuf.well_known import struct

__all__ = [
    "MOST_PROBLEMS",
    "Generation",
    "Problem",
    "UnwritableError",
    "decode",
    "encoder",
    "struct",
]
