"""What is said of Services from which synthetic ServiceEntries are derived."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

NO_ENTRY = Message(
    code="GAL0440",
    level=Level.WARNING,
    title="Service without a synthetic entry",
    template="There is no synthetic ServiceEntry of the Service {service}: {problem}.",
    meaning=(
        "The transform `service-entries` derives an entry from each Service that matches. Pilot"
        " discards an entry with such a port, without a word to anybody, so none is made of it."
    ),
    example="spec: {ports: [{name: HTTP, port: 80}]}",
    remedy="Correct the Service; a cluster would refuse it, too.",
)
ENTRY_NOT_EXPORTED = Message(
    code="GAL0441",
    level=Level.WARNING,
    title="visibility that Pilot refuses",
    template=(
        "Pilot discards the synthetic ServiceEntry, as networking.istio.io/exportTo says '{said}'."
    ),
    meaning=(
        "The annotation `networking.istio.io/exportTo` becomes the `exportTo` of the entry. Pilot"
        " of Istio 1.4 and 1.5 takes one of `.` and `*` in it, and discards an entry with anything"
        " else, so that the Service is unknown in the mesh."
    ),
    example="metadata: {annotations: {networking.istio.io/exportTo: 'team-a,team-b'}}",
    remedy="Write `.` for the namespace of the Service alone, or `*` for all.",
)
PORTS_UNKNOWN = Message(
    code="GAL0442",
    level=Level.WARNING,
    title="endpoints with ports that the Service does not have",
    template=(
        "Of the endpoints of the Service {count} list no port of it, only {names}; nothing is sent"
        " to them."
    ),
    meaning=(
        "Ports of EndpointSlices and Endpoints belong to the ports of a Service by their names,"
        " also by an empty one. Endpoints without any port of the Service are left out of its"
        " synthetic ServiceEntry; kube-proxy sends nothing to them either. For a moment that is"
        " normal while the ports of a Service are being renamed."
    ),
    example=(
        "spec: {ports: [{name: http, port: 80}]}   # the Service\n"
        "ports: [{name: web, port: 8080}]          # a slice of it, written by hand"
    ),
    remedy="Give the port the name in the slice that it has in the Service.",
)
NOTHING_OBSERVED = Message(
    code="GAL0443",
    level=Level.WARNING,
    title="nothing is read of what is behind Services",
    template="Entries of the transform {transform} have no {lack}: the channel holds no {kinds}.",
    meaning=(
        "What is behind Services is known from EndpointSlices (or Endpoints), Pods and Nodes."
        " Without endpoints an entry passes traffic on to the address of the Service; without Pods"
        " nobody's identity can be verified; without Nodes the nearest endpoints are not known."
    ),
    example=(
        "transforms: [{type: service-entries}]\n"
        "sources: [{name: prod, type: kubernetes, kinds: [core/Service]}]"
    ),
    remedy=(
        "Add discovery.k8s.io/EndpointSlice, core/Pod and core/Node to the `kinds` of the source."
        " Nodes are in no namespace: its account needs a ClusterRole to list and watch them. From"
        " Kubernetes 1.35 on Pods have the labels of their Nodes, and tell the same."
    ),
)
