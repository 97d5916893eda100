"""The wires that we ship."""

from pipeline.encoding.wire import NativeWire, Wire

WIRES: tuple[Wire, ...] = (NativeWire(),)
"""Sorted by name; a new wire is entered here and nowhere else."""
