"""What travels: between a service and its subscribers, its workers, and its operators.

The stream, documented in docs/protocol.md: `messages`, `shapes` (what their fields may be), `view`
(what a subscription selects), `codec` (messages as frames), `close` (why a connection ends).
`results` are the answers that people and programs get; `checking` is what checks outside of Galley
are given and answer; `control` and `framing` lie between a service and its workers.
"""
