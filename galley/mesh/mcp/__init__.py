"""MCP v1alpha1: Pilot and Mixer of Istio 1.1 to 1.5, and whatever else is a sink of it.

In reading order: `collections` (the original's names), `requests`, `writing`, `watch`, `session`.
The protocol is istio/api's `mcp/v1alpha1`; what its source did beyond it, and what sinks rely on,
is followed as far as it does no harm (docs/mesh.md).
"""
