"""A channel's process: the only writer of its store, and the only place where bodies are decoded.

In the order in which a change meets them: `intake` (sources to pending inputs), `publisher` (when
to cut a version, the commit), `announce` (telling the service), `rollback` and `operations` (what
operators do), `queries` and `reports` (what people ask), `environments` (schemas and rules from
their files), `channel` (the state that these share), `process` (start and stop).
"""
