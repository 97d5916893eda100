"""Resources that a wire cannot carry."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

TOO_LARGE = Message(
    code="GAL0801",
    level=Level.ERROR,
    title="resource too large",
    template="It takes {size:,} bytes on the {wire} wire; at most {limit:,} are allowed.",
    meaning=(
        "One resource must fit into one message of the stream with room to spare, and every"
        " subscriber must be able to take it. The change is not published; what is live stays."
    ),
    example="An EnvoyFilter with a 2 MB WebAssembly module written into it.",
    remedy=(
        "Split the resource, or refer to large data by URL. `resource_bytes` in the settings raises"
        " the limit for all subscribers of the channel."
    ),
)

UNKNOWN_FIELD = Message(
    code="GAL0802",
    level=Level.ERROR,
    title="field that a wire's clients do not have",
    template="The field {field} is not known to {clients}: {holder} has no such field{hint}.",
    meaning=(
        "The channel has to suit clients of this wire (`wires` in the settings), and their messages"
        " have no place for the field: they would get the resource without it and take it for"
        " complete. The kind's schema may well know it, when it is newer or older than the clients."
    ),
    example=(
        "wires: [mcp], and an AuthorizationPolicy with action: DENY, which 1.4 takes for ALLOW"
    ),
    remedy=(
        "Write it without the field, or take the wire out of `wires` if nobody on it needs the"
        " resource."
    ),
)
WRONG_VALUE = Message(
    code="GAL0803",
    level=Level.ERROR,
    title="value that a wire cannot carry",
    template="The field {field} must be {wanted} for {clients}, not {value}.",
    meaning=(
        "On this wire resources are protobuf messages, whose fields have types and ranges of their"
        " own. The value has no form there. A schema of the kind that is laxer, or none, let it by."
    ),
    example="wires: [istio], and a VirtualService with timeout: 5",
    remedy="Write the value as the field's type wants it.",
)
UNKNOWN_VALUE = Message(
    code="GAL0804",
    level=Level.ERROR,
    title="name that a wire's clients do not have",
    template="The field {field} has the value {value}, which {clients} has not; it has {choices}.",
    meaning=(
        "The field takes one of a list of names, and the clients of this wire have another list:"
        " there is no number by which the name could be sent."
    ),
    example="wires: [mcp], and a DestinationRule with simple: LEAST_REQUEST, which Istio 1.4 lacks",
    remedy="Take one of the names that the clients have.",
)
EXCLUDE_EACH_OTHER = Message(
    code="GAL0805",
    level=Level.ERROR,
    title="fields that exclude each other on a wire",
    template="The field {field} and its neighbour {other} exclude each other for {clients}.",
    meaning=(
        "The two are members of one oneof: a message holds the last of them and has lost the other."
    ),
    example="uri: {exact: /a, prefix: /b}",
    remedy="Leave one of them out.",
)
WRITTEN_TWICE = Message(
    code="GAL0806",
    level=Level.ERROR,
    title="field under both of its names",
    template="The field {field} is there once more as {other}.",
    meaning=(
        "A field of a message can be written as `export_to` or as `exportTo`. Under both names, one"
        " of the two values would be lost."
    ),
    example="exportTo: ['.'], export_to: ['*']",
    remedy="Keep one of them.",
)
MORE_PROBLEMS = Message(
    code="GAL0807",
    level=Level.ERROR,
    title="further fields that do not fit",
    template="The resource has more fields that do not fit {clients}; they are not listed.",
    meaning="Twenty are listed for one resource and wire, and more are not looked for.",
    example="a resource written for another kind",
    remedy="Correct those that are listed, and look again.",
)
UNKNOWN_WIRE = Message(
    code="GAL0808",
    level=Level.ERROR,
    title="unknown wire",
    template="There is no wire {wire}; a channel can name {known}.",
    meaning=(
        "The environment asks for a wire that this release does not have. The environment in force"
        " stays in force."
    ),
    example="an environment that a newer release has stored",
    remedy="Correct `wires` in the channel's settings, or run the release that has the wire.",
)
NOT_INSTALLED = Message(
    code="GAL0809",
    level=Level.ERROR,
    title="wire is not installed",
    template=("The wire {wire} needs what is not installed: pip install 'galley-config[{extra}]'."),
    meaning=(
        "Its messages come with a package of their own, which not everybody needs. The environment"
        " in force stays in force."
    ),
    example="wires: [envoy], where Galley was installed without the extra `mesh`",
    remedy="Install Galley with the extra, or take the wire out of `wires`.",
)
TYPE_MISSING = Message(
    code="GAL0810",
    level=Level.ERROR,
    title="no @type where any message can be",
    template="The field {field} can hold any message; it needs an @type that says which.",
    meaning="What the other fields beside it mean follows from the type, so none can be written.",
    example="typed_config: {stat_prefix: web}",
    remedy=(
        "Add the type's name: `'@type': type.googleapis.com/` and the full name of the message."
    ),
)
TYPE_UNKNOWN = Message(
    code="GAL0811",
    level=Level.ERROR,
    title="unknown @type",
    template="The field {field} names {type}; there is no such message for {clients}{hint}.",
    meaning=(
        "The messages are those of Envoy's API in the installed `xds-protos`, without extensions"
        " that are contributed to it. A message that is not known cannot be written."
    ),
    example="'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Ruter",
    remedy=(
        "Correct the name. What an Envoy has beyond them can be sent as"
        " `type.googleapis.com/xds.type.v3.TypedStruct`, which holds any JSON."
    ),
)
RULE_BROKEN = Message(
    code="GAL0812",
    level=Level.ERROR,
    title="value that Envoy refuses",
    template="The field {field} {problem}; otherwise {clients} refuses the resource.",
    meaning=(
        "Envoy's API says of its fields what they may hold, and Envoy refuses an update with a"
        " resource that breaks one of these rules, with all that came in the same message."
    ),
    example="a Cluster with connect_timeout: 0s",
    remedy="Write what the rule wants.",
)
REFUSED_BY_DEFAULT = Message(
    code="GAL0813",
    level=Level.ERROR,
    title="field that Envoy refuses by default",
    template="The field {field} is deprecated, and {clients} refuses it unless told otherwise.",
    meaning=(
        "The field is on its way out of Envoy's API: an Envoy takes it only where its runtime"
        " setting for the field allows that, which Galley cannot know."
    ),
    example="a rate limit with the action dynamic_metadata",
    remedy="Write what has taken the field's place, which the API's documentation names.",
)
COLLECTION_LONG = Message(
    code="GAL0818",
    level=Level.WARNING,
    title="collection nearly too long for a wire",
    template=(
        "{collection} takes {percent} % of what clients of the {wire} wire are sent at once:"
        " {size:,} of {limit:,} bytes."
    ),
    meaning=(
        "Clients of MCP v1alpha1 get all of a collection in one message of gRPC, and refuse more"
        " than 4 MiB unless told otherwise. From 80 % of that on it is told of: beyond it, the"
        " collection is not sent any more. A client whose view is limited to some namespaces is"
        " sent less."
    ),
    example="wires: [mcp], and 9,000 ServiceEntries",
    remedy=(
        "Split it: let each Pilot watch the namespaces that it needs (`mesh.groups` in the"
        " settings). Or raise what the clients take, and then `mesh.max_message`. Pilot 1.4 gets"
        " SyntheticServiceEntries by what changed, and all of them only when it connects."
    ),
)
COLLECTION_TOO_LONG = Message(
    code="GAL0819",
    level=Level.WARNING,
    title="collection too long for a wire",
    template=(
        "{collection} is not sent whole on the {wire} wire any more: it takes {size:,} bytes, and"
        " `mesh.max_message` is {limit:,}."
    ),
    meaning=(
        "Clients of MCP v1alpha1 that get all of a collection at once would refuse it and never"
        " change again. It is published, as others can be sent it; these clients stay with what"
        " they have, and `galley subscribers` shows them as `oversize`."
    ),
    example="wires: [mcp], and 12,000 ServiceEntries",
    remedy=(
        "Split it: let each Pilot watch the namespaces that it needs (`mesh.groups` in the"
        " settings). Or raise what the clients take, and then `mesh.max_message`."
    ),
)
