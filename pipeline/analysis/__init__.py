"""Findings across resources.

In reading order: `analyzer` (what an analyzer is, and how it becomes a stage), `builtin` (those
that we ship), `references` (the model for others: names that lead nowhere), `targets` (the table of
references it goes by), `istio` (what Istio's users need to know), `legacy` (what those of Istio 1.1
to 1.5 do), `certificates` (what servers serve with) and the `day` on which, `gateway_api` (its
routes and listeners), `webhooks` (what the cluster asks before it takes in anything), `mesh` (what
a mesh's settings say), `envoy` (what its resources name), `others` (how they name what is in
conflict), `hosts`, `visibility`, `fields` (how kinds, names and fields are found), `workloads`,
`labels`, `namespaces`, `injection` (which pods a selector selects, and whether they have a proxy).
`radius` reports nothing: it says what a change affects.
"""

from pipeline.analysis.analyzer import Analyzer, AnalyzerError, Metadata, Subject
from pipeline.analysis.builtin import analysis_stages, identities, unknown_names

__all__ = [
    "Analyzer",
    "AnalyzerError",
    "Metadata",
    "Subject",
    "analysis_stages",
    "identities",
    "unknown_names",
]
