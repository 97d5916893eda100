"""What an Envoy would find missing, or twice: GAL20xx."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

CLUSTER_MISSING = Message(
    code="GAL2001",
    level=Level.ERROR,
    title="unknown cluster",
    template="There is no Cluster {name}.",
    meaning=(
        "Envoy answers what is routed to a cluster that it does not have with 503, or closes the"
        " connection; a listener with such routes of its own it refuses. The change that names the"
        " cluster, or deletes it, is not published."
    ),
    example="route: {cluster: wbe}",
    remedy=(
        "Correct the name, or add the Cluster. To replace one, add the new one and move the routes"
        " before the old one goes. A cluster of Envoy's own bootstrap is not known here: suppress"
        " the finding."
    ),
)
ROUTES_MISSING = Message(
    code="GAL2002",
    level=Level.ERROR,
    title="unknown RouteConfiguration",
    template="There is no RouteConfiguration {name}.",
    meaning=(
        "A new listener waits for its routes for 15 seconds (`initial_fetch_timeout`) and answers"
        " everything with 404 from then on; in Envoys that have the routes they stay as they were."
    ),
    example="rds: {route_config_name: wbe, config_source: {ads: {}}}",
    remedy="Correct the name, or add the RouteConfiguration.",
)
ENDPOINTS_MISSING = Message(
    code="GAL2003",
    level=Level.WARNING,
    title="cluster without endpoints",
    template="There is no ClusterLoadAssignment {name}.",
    meaning=(
        "Envoy waits for the endpoints of a cluster for 15 seconds (`initial_fetch_timeout`), for"
        " ever if told so, acknowledges no clusters meanwhile, and then has one without endpoints:"
        " requests get a 503."
    ),
    example="type: EDS, eds_cluster_config: {service_name: wbe, eds_config: {ads: {}}}",
    remedy=(
        "Correct the name, or add the ClusterLoadAssignment, without endpoints if there are none"
        " yet."
    ),
)
ENDPOINTS_UNUSED = Message(
    code="GAL2004",
    level=Level.INFO,
    title="endpoints that no cluster fetches",
    template="No Cluster of type EDS fetches these endpoints.",
    meaning="No Envoy asks for them, unless it has the cluster from elsewhere.",
    example="a ClusterLoadAssignment of a cluster that was deleted",
    remedy="Delete it, or correct the name of one of the two.",
)
ADDRESS_TAKEN = Message(
    code="GAL2005",
    level=Level.WARNING,
    title="two listeners on one address",
    template="{address} is opened by {others} as well.",
    meaning=(
        "An Envoy that gets both refuses the second one that comes. Listeners for different Envoys"
        " may well have one address."
    ),
    example="two Listeners with socket_address: {address: 0.0.0.0, port_value: 443}",
    remedy="Give one of them another address, or make one listener of them.",
)
SECRET_FETCHED = Message(
    code="GAL2006",
    level=Level.INFO,
    title="secret that Galley does not serve",
    template="The secret {name} would be fetched from the server itself, and Galley serves none.",
    meaning=(
        "What is secret is never published. A cluster or listener waits for its secret; unless"
        " another server answers on Envoy's behalf, it never serves."
    ),
    example="tls_certificate_sds_secret_configs: [{name: web, sds_config: {ads: {}}}]",
    remedy=(
        "Let Envoy read it from a file (`path_config_source`), or fetch it from a server of secrets"
        " (`api_config_source`)."
    ),
)
SERVICE_NOT_HELD = Message(
    code="GAL2007",
    level=Level.INFO,
    title="cluster of a service is not held",
    template="There is no Cluster {name}; Envoy's own bootstrap has to have it.",
    meaning=(
        "Services that Envoy itself calls, for logs, traces, limits, keys or authorization, often"
        " have a cluster in Envoy's bootstrap, which is not known here. If they have none, what"
        " names them is refused or does not work."
    ),
    example="grpc_service: {envoy_grpc: {cluster_name: auhtz}}",
    remedy="Correct the name, or add the Cluster here or to the bootstrap.",
)
EXTENSION_MISSING = Message(
    code="GAL2008",
    level=Level.ERROR,
    title="unknown TypedExtensionConfig",
    template="There is no TypedExtensionConfig {name}.",
    meaning=(
        "A listener waits for the configuration of its filter for 15 seconds, and then goes on with"
        " the default, if there is one; otherwise it answers every request with 500."
    ),
    example="{name: lua, config_discovery: {config_source: {ads: {}}, type_urls: [...]}}",
    remedy="Correct the name of the filter, or add the TypedExtensionConfig.",
)
