"""The connectors: where configuration comes from.

In reading order: `source` (what every source promises), `settings` (one model for each kind of
source), `forge_settings` (webhooks and commit status), `secrets` (where a secret is) and `duration`
(`90s` as seconds), `manifests` (text to resources with lines), `files`
(folders and files, watched), `memory` (a source fed by hand), `builtin` (the sources that we ship,
listed by hand).
"""
