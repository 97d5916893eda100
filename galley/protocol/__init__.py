"""What travels: between a service and its subscribers, its workers, and its operators.

`messages` (the stream, documented in docs/protocol.md), `results` (the answers that people and
programs get), `control` and `framing` (service and worker)."""
