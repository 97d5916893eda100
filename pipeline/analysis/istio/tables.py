"""Every analyzer about Istio; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.istio.bound_hosts import BoundHosts
from pipeline.analysis.istio.deprecated import Deprecated
from pipeline.analysis.istio.destination_rules import DestinationRules
from pipeline.analysis.istio.destinations import Destinations
from pipeline.analysis.istio.envoy_filters import EnvoyFilters
from pipeline.analysis.istio.gateways import Gateways
from pipeline.analysis.istio.mesh_hosts import MeshHosts
from pipeline.analysis.istio.port_names import PortNames
from pipeline.analysis.istio.rules import Rules
from pipeline.analysis.istio.service_entries import ServiceEntries
from pipeline.analysis.istio.shares import Shares
from pipeline.analysis.istio.sidecars import Sidecars
from pipeline.analysis.istio.verification import Verification

ISTIO: tuple[Analyzer, ...] = (
    BoundHosts(),
    Deprecated(),
    DestinationRules(),
    Destinations(),
    EnvoyFilters(),
    Gateways(),
    MeshHosts(),
    PortNames(),
    Rules(),
    ServiceEntries(),
    Shares(),
    Sidecars(),
    Verification(),
)
