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
