"""The same snapshots over gRPC, for clients that exist: Pilot and Mixer, istiod, Envoy.

In reading order: `message` (an assembled response), `served` (what one type of a view is on a
wire), `line` (a channel line as meshes see it), `watch` and `member` (what a client has of it),
`journal` and `detail` (what it said lately, and what its operators see), `node` (what it tells of
itself), `session` (what protocols have in common), `mcp` and `xds` (what clients say and are told:
pure state), `trace` (what a refusal is about), `stream`, `gate` and `deadlines` (the I/O of one),
`peers`, `groups`, `door` and `opening` (who a client is, and what it is given), `tls`, `services`,
`server`.

Nothing is encoded and nothing is decoded here but the frames of the protocols: the worker tells the
forms of resources, and a response joins them.
"""
