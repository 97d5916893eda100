"""The core: from resources to versioned snapshots, without any I/O.

In the order in which a resource meets them: `model` (the vocabulary), `schema` (kinds and what
their bodies may hold), `transform` (resources from resources), `policy` (rules written by the
user), `analysis` (findings across resources), `encoding` (bytes for each wire), `environment` (all
of these as one value, and ready to run), `engine` (inputs, stages, gate and quarantine: what is
published next). What they share: `stage` (what a stage is), `manifest` (a resource as people write
it), `expression` (CEL), `match` and `selector` (which resources are meant), `loose` (looking into
values of any shape), `invalid` (settings that are not understood, in words).
"""
