"""Every analyzer about Istio; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.istio.destinations import Destinations
from pipeline.analysis.istio.gateways import Gateways
from pipeline.analysis.istio.mesh_hosts import MeshHosts
from pipeline.analysis.istio.rules import Rules
from pipeline.analysis.istio.sidecars import Sidecars

ISTIO: tuple[Analyzer, ...] = (Destinations(), Gateways(), MeshHosts(), Rules(), Sidecars())
