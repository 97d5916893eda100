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
