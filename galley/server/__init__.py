"""How a request travels, and how a version reaches its subscribers.

A request: `app` (the routes), `middleware` (what guards them), `access` (who may do what), `state`
(what handlers share), `backend` (what they need of the service), `api` (the answers), `hooks` (what
forges' requests leave behind), `problems` (errors as documents), `openapi`, `probes`, `metrics`,
`counts` and `stall` (what is measured), `statuspage`.

A version: `channel` (the serving side of one channel line), `live` and `content` (what is live),
`forms` (the same for clients of meshes), `views` (what is subscribed to), `history` (what a view
held lately), `steps` (the messages between two contents), `distribution` and `catchup` (whose turn
it is, and who is behind), `delivery` (who has got it), `slices` (long work in small pieces),
`shared` (work that many wait for).

A subscriber: `door` (where it waits for its turn), `turns` (what a turn of the loop takes in),
`handshake`, `websocket` (frames), `stream` (one connection from handshake to close), `streams` (all
of them), `session` (what each has and awaits). Subscribers of all wires: `member` (one), `members`
(all of a channel line), `subscribers` (who left), `refusals` (what is to be stored of them).
"""
