"""Gateways and routes of the Gateway API that do not come together.

A route that a Gateway does not take is no error to the cluster: it stands in a status that nobody
looks at. In reading order: `parents` (what a route wants to be attached to), `attachments` (whether
it can), `grants` (references into other namespaces), `backends` (ports and weights), `listeners`
(what a Gateway opens), `filters` (that contradict each other), `matches` (two routes for the same
requests), `versions` (definitions that are too old), `tables` (all analyzers).
"""
