"""The core: from resources to versioned snapshots, without any I/O.

In the order in which a resource meets them: `model` (the vocabulary), `schema` (kinds and what
their bodies may hold), `transform` (resources from resources), `policy` (rules written by the
user), `analysis` (findings across resources, and the catalogue of all messages), `encoding` (bytes
for each wire), `engine` (inputs, stages, gate and quarantine: what is published next).
"""
