"""A channel's process: the only writer of its store, and the only place where bodies are decoded.

A change meets `intake` (sources to pending inputs), `publisher` (when to cut a version, and the
commit), `bookkeeping` (what is written beside it), `announce` (telling the service) with `forms`
(what meshes are served), and `companion` (what is only observed). Its environment: `environments`
(which is in force), `environment_files` (schemas and rules from their files) with `policy_files`,
`transform_files` (overlays) and `named_files` (how they are read), `schema_sources` (schemas from a
cluster or a repository) with `definition` (one schema), `definitions` (what a source holds) and
`definitions_kept` (over a restart), `reconfiguring` (other settings without a restart). The
`checks` outside of Galley are asked beside all of it.

Operators meet `operations` (each method and what answers it), `actions`, `rollback` with `targets`
(which version), `reach` (how far), `taking_back` (what it quarantines), `planning` with `planned`
(what was sent) and `outlook` (what it means), `naming` (what people call a resource), `problems`.
Clusters that ask about writes meet `admission`. People who ask meet `queries`, `listing`, `diffs`
with `affected` (what of the mesh a difference concerns), `tracing` with `parentage` (what is
derived from what), `findings` with `places` (line and column), `health`, `reports` and `redaction`
(values as maps, without secrets).

Subscribers meet `deliveries` (who has which version) and `refusals` (who does not want it). Forges
meet `revisions` (what becomes of commits), of which, as of deliveries, `reporter` hears;
`status_words` says it, `posts` reads the settings, `courier` carries it.

Who asks about commits meets `provenance` (which led to what), `waiting` (what a quarantine holds
back) and `awaiting` (where a commit is).

Underneath: `channel` (the state that these share), `tending` (sources while they run),
`store_thread` and `loading` (the store), `parts` (long lists), `window` (the deletion budget after
a restart), `service_link` (requests), `keeper` (what happens by the clock), `calendar` (which day
it is), `complaints` (what the log says of sources), `assembly` (the parts put together), `process`
(start and stop) and `entry` (its first message and its end).
"""
