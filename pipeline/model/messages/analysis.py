"""Findings across resources."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

MISSING = Message(
    code="GAL0601",
    level=Level.ERROR,
    title="missing reference",
    template="It refers to {target}, which does not exist.",
    meaning=(
        "A route names a Gateway, a subset of a DestinationRule or a delegate that the channel does"
        " not hold. Traffic that the route should carry would be answered with an error or not at"
        " all. The change that adds the reference, or deletes its target, is not published."
    ),
    example=(
        "apiVersion: networking.istio.io/v1\n"
        "kind: VirtualService\n"
        "metadata: {name: web, namespace: shop}\n"
        "spec:\n"
        "  hosts: [shop.example.com]\n"
        "  gateways: [istio-system/pubic]\n"
        "  http: [{route: [{destination: {host: web}}]}]"
    ),
    remedy=(
        "Correct the name, or add the resource it means. A Gateway name without a namespace is"
        " looked for in the namespace of the VirtualService. To replace a target, add the new one"
        " and move the references before the old one goes."
    ),
    istio="IST0101",
)

UNRESOLVED = Message(
    code="GAL0602",
    level=Level.INFO,
    title="unresolved reference",
    template="It refers to {target}, which was not given; another source may hold it.",
    meaning=(
        "Only a part of the configuration was looked at, so it cannot be said whether the target"
        " exists. The server, which sees all sources of the channel, decides."
    ),
    example="`galley validate routes/` where the Gateways are in another folder.",
    remedy="Give all folders to one `galley validate --complete`, or leave it to the server.",
)

NOT_HELD = Message(
    code="GAL0603",
    level=Level.WARNING,
    title="target not held",
    template="It refers to {target}, which no source of this channel holds.",
    meaning=(
        "A route names a host, a Service or a Secret that the channel does not hold although it"
        " holds others of that kind. It may exist in the cluster alone, so this does not block; if"
        " it does not, requests that take this route fail."
    ),
    example=(
        "apiVersion: networking.k8s.io/v1\n"
        "kind: Ingress\n"
        "metadata: {name: web, namespace: shop}\n"
        "spec: {defaultBackend: {service: {name: wbe, port: {number: 80}}}}"
    ),
    remedy=(
        "Correct the name; a host without dots means a Service in the same namespace. For a host"
        " outside the mesh add a ServiceEntry. If it exists in the cluster only, suppress this code"
        " for the resource, or add the cluster as a source."
    ),
    istio="IST0101 IST0139 IST0174",
)

UNKNOWN_ANALYZER = Message(
    code="GAL0604",
    level=Level.WARNING,
    title="unknown analyzer",
    template="There is no analyzer called {name} to disable{hint}.",
    meaning="The settings switch off an analyzer that does not exist, so nothing is switched off.",
    example="disabled: [refrences]",
    remedy="Correct the name, or remove it if the plugin that brought the analyzer is gone.",
)

ANALYZER_TWICE = Message(
    code="GAL0605",
    level=Level.ERROR,
    title="analyzer name taken",
    template="Two analyzers are called {name}.",
    meaning=(
        "A plugin brings an analyzer with a name that another one has, so neither settings nor"
        " diagnostics could tell them apart. The environment in force stays."
    ),
    example="Two installed packages that each register an analyzer `hosts`.",
    remedy="Uninstall one of the packages, or ask its author for another name.",
)

PLUGIN_MISSING = Message(
    code="GAL0606",
    level=Level.WARNING,
    title="analyzer not installed",
    template="The analyzer {plugin} was in use when this environment was recorded and is not now.",
    meaning=(
        "A recorded environment is built again without one of its plugins, or with another version"
        " of it. Its verdicts may differ from those of that time."
    ),
    example="A rollback across the removal of a plugin package.",
    remedy="Install the package in that version, or accept the difference.",
)
