"""What Istio's own analysis finds, and what its users miss in it, before a version ships.

One module for each question, named after what it asks. In reading order: `tables` (all of them;
`omitted`: what is not among them). Routes: `mesh_hosts` (two for one host), `bound_hosts` (not what
their gateway serves), `merges` (two that say the same there), `side_doors` (past the subsets of a
host), `destinations` (which port), `rules` (that nothing reaches), `regexes`, `shares` (weights and
retries). Gateways: `gateways` (two for one port), `gateway_ports` (that no Service leads to).
Destinations: `destination_rules` (two for one host), `verification` (TLS to whom),
`service_entries`, `port_names`. Proxies: `egress` (what Sidecars let them see), `envoy_filters`.
All of them: `deprecated`, `conditions` (what the control plane says of them).

Workloads: `policies` (which kind selects by which labels), `selectors` and `subsets` (labels that
nothing has), `rivals` (two policies or defaults for one workload), `shared_ports` (Services that
disagree about the `protocols` of their ports). Injection: `namespaces`, `proxies`, `images`,
`annotations` with `annotation_table`; `ineffective` (policies that do nothing there). Security:
`callers` and `trust` (who may call), `mutual_tls` and `peers` (how), `tokens`, `claims` and
`fetches` (with what). The codes under which Istio knows a finding are in the catalogue.
"""
