"""Every analyzer about Istio; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.istio.annotations import Annotations
from pipeline.analysis.istio.bound_hosts import BoundHosts
from pipeline.analysis.istio.callers import Callers
from pipeline.analysis.istio.claims import Claims
from pipeline.analysis.istio.deprecated import Deprecated
from pipeline.analysis.istio.destination_rules import DestinationRules
from pipeline.analysis.istio.destinations import Destinations
from pipeline.analysis.istio.egress import Egress
from pipeline.analysis.istio.envoy_filters import EnvoyFilters
from pipeline.analysis.istio.gateways import Gateways
from pipeline.analysis.istio.images import Images
from pipeline.analysis.istio.mesh_hosts import MeshHosts
from pipeline.analysis.istio.mutual_tls import MutualTls
from pipeline.analysis.istio.namespaces import Namespaces
from pipeline.analysis.istio.peers import Peers
from pipeline.analysis.istio.port_names import PortNames
from pipeline.analysis.istio.proxies import Proxies
from pipeline.analysis.istio.rivals import Rivals
from pipeline.analysis.istio.rules import Rules
from pipeline.analysis.istio.selectors import Selectors
from pipeline.analysis.istio.service_entries import ServiceEntries
from pipeline.analysis.istio.shared_ports import SharedPorts
from pipeline.analysis.istio.shares import Shares
from pipeline.analysis.istio.subsets import Subsets
from pipeline.analysis.istio.tokens import Tokens
from pipeline.analysis.istio.verification import Verification

ISTIO: tuple[Analyzer, ...] = (
    Annotations(),
    BoundHosts(),
    Callers(),
    Claims(),
    Deprecated(),
    DestinationRules(),
    Destinations(),
    Egress(),
    EnvoyFilters(),
    Gateways(),
    Images(),
    MeshHosts(),
    MutualTls(),
    Namespaces(),
    Peers(),
    PortNames(),
    Proxies(),
    Rivals(),
    Rules(),
    Selectors(),
    ServiceEntries(),
    SharedPorts(),
    Shares(),
    Subsets(),
    Tokens(),
    Verification(),
)
