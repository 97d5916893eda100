"""What Istio's own analysis finds, and what its users miss in it, before a version ships.

One module for each question, named after what it asks. In reading order: `tables` (all of them),
`mesh_hosts` (two routes for one host), `gateways` (two gateways for one port), `sidecars` (two
defaults for one namespace), `destinations` (which port), `rules` (routes that nothing reaches).
The codes under which Istio knows a finding are in the catalogue.
"""
