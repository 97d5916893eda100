"""Every analyzer about Istio; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.istio.annotations import Annotations
from pipeline.analysis.istio.bound_hosts import BoundHosts
from pipeline.analysis.istio.callers import Callers
from pipeline.analysis.istio.claims import Claims
from pipeline.analysis.istio.conditions import Conditions
from pipeline.analysis.istio.deprecated import Deprecated
from pipeline.analysis.istio.destination_rules import DestinationRules
from pipeline.analysis.istio.destinations import Destinations
from pipeline.analysis.istio.egress import Egress
from pipeline.analysis.istio.envoy_filters import EnvoyFilters
from pipeline.analysis.istio.fetches import Fetches
from pipeline.analysis.istio.gateway_ports import GatewayPorts
from pipeline.analysis.istio.gateways import Gateways
from pipeline.analysis.istio.images import Images
from pipeline.analysis.istio.ineffective import Ineffective
from pipeline.analysis.istio.merges import Merges
from pipeline.analysis.istio.mesh_hosts import MeshHosts
from pipeline.analysis.istio.mutual_tls import MutualTls
from pipeline.analysis.istio.namespaces import Namespaces
from pipeline.analysis.istio.peers import Peers
from pipeline.analysis.istio.port_names import PortNames
from pipeline.analysis.istio.proxies import Proxies
from pipeline.analysis.istio.regexes import Regexes
from pipeline.analysis.istio.rivals import Rivals
from pipeline.analysis.istio.rules import Rules
from pipeline.analysis.istio.selectors import Selectors
from pipeline.analysis.istio.service_entries import ServiceEntries
from pipeline.analysis.istio.shared_ports import SharedPorts
from pipeline.analysis.istio.shares import Shares
from pipeline.analysis.istio.side_doors import SideDoors
from pipeline.analysis.istio.subsets import Subsets
from pipeline.analysis.istio.tokens import Tokens
from pipeline.analysis.istio.trust import Trust
from pipeline.analysis.istio.verification import Verification

ISTIO: tuple[Analyzer, ...] = (
    Annotations(),
    BoundHosts(),
    Callers(),
    Claims(),
    Conditions(),
    Deprecated(),
    DestinationRules(),
    Destinations(),
    Egress(),
    EnvoyFilters(),
    Fetches(),
    GatewayPorts(),
    Gateways(),
    Images(),
    Ineffective(),
    Merges(),
    MeshHosts(),
    MutualTls(),
    Namespaces(),
    Peers(),
    PortNames(),
    Proxies(),
    Regexes(),
    Rivals(),
    Rules(),
    Selectors(),
    ServiceEntries(),
    SharedPorts(),
    Shares(),
    SideDoors(),
    Subsets(),
    Tokens(),
    Trust(),
    Verification(),
)
