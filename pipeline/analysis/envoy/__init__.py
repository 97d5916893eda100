"""What an Envoy would find missing in what it is sent, or twice.

In reading order: `spelling` (fields under either of their names), `nodes` (a resource taken apart
into messages), `uses` (what these name), `references` (names that lead nowhere), `endpoints` (those
of clusters), `listeners` (two on one address), `secrets` (which Galley does not serve), `tables`
(all analyzers). Nothing here needs Envoy's messages: JSON and the names of types are enough.
"""
