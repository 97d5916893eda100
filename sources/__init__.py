"""The connectors: where configuration comes from.

In reading order: `source` (what every source promises), `settings` (one model for each kind of
source), `forge_settings` (webhooks and commit status), `secrets` (where a secret is), `duration`
(`90s` as seconds), `versions` (ranges of them) and `patterns` (of paths), `manifests` (text to
resources with lines), `ignore` (what of a folder is not read), `files` (folders and files,
watched), `git` (repositories, followed), `kubernetes` (clusters, followed), `memory` (a source fed
by hand), `builtin` (the sources that we ship, listed by hand).
"""
