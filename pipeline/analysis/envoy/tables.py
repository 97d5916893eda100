"""Every analyzer about Envoy's resources; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.envoy.endpoints import EnvoyEndpoints
from pipeline.analysis.envoy.listeners import EnvoyListeners
from pipeline.analysis.envoy.references import EnvoyReferences
from pipeline.analysis.envoy.secrets import EnvoySecrets

ENVOY: tuple[Analyzer, ...] = (
    EnvoyEndpoints(),
    EnvoyListeners(),
    EnvoyReferences(),
    EnvoySecrets(),
)
