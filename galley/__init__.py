"""The service: what clients, people and clusters talk to.

In reading order: `settings` and `settings_file` (what it is told), `service` (its parts, wired),
`workers` (the processes of its channels, from outside, each a `child`) and `worker` (one of these,
from inside, with what is `inherited`), `admission` (clusters ask about writes) and `judge` (the
process that answers), `store` (a channel's history), `protocol` (what travels), `server` (HTTP and
the stream) and `listening` (its socket), `mesh` (clients that speak gRPC), `client` (for other
programs), `cli` (for people), `plugins` and `entry_points` (parts from other packages), `forges`
(what forges send and expect), `backoff` (between two tries), `memory` (after a large load), `logs`,
`times` and `suggest` (how things are said).
"""

__version__ = "0.1.0"
