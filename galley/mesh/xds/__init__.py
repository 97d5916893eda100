"""xDS: Envoy, gRPC and istiod (MCP over xDS), state of the world and delta.

In reading order: `types` (what a type URL stands for), `requests`, `writing` (responses), `watch`,
`warming` (what a cluster needs to be warm), `session` (what is due, in which order), `sotw`,
`delta`. The rules are those of Envoy's xds_protocol.rst, and what clients were seen to do.
"""
