"""Text that cannot be read: files, encodings, YAML and JSON."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

_KEPT = "The file is not used: everything that it last held stays as it was."

NOT_TEXT = Message(
    code="GAL0101",
    level=Level.ERROR,
    title="not Unicode text",
    template="This is not {encoding} text: {problem}.",
    meaning=f"Manifests are UTF-8, or UTF-16 with a byte order mark. {_KEPT}",
    example="A file saved as Latin-1 whose comment holds the single byte 0xE9 for é.",
    remedy="Save the file as UTF-8, or leave it out with `.galleyignore` if it is no manifest.",
)

SYNTAX = Message(
    code="GAL0102",
    level=Level.ERROR,
    title="syntax error",
    template="This is not valid {language}: {problem}.",
    meaning=f"The text cannot be parsed from here on. {_KEPT}",
    example="spec: {hosts: [a",
    remedy="Mend the syntax at the line and column given, or just before it.",
)

DUPLICATE_FIELD = Message(
    code="GAL0103",
    level=Level.ERROR,
    title="duplicate map key",
    template="The key {name!r} is given twice: here and on line {line}.",
    meaning=f"YAML and JSON forbid it, and parsers disagree about which one counts. {_KEPT}",
    example="spec:\n  replicas: 1\n  replicas: 2",
    remedy="Delete one of the two.",
)

TOO_DEEP = Message(
    code="GAL0104",
    level=Level.ERROR,
    title="nested too deeply",
    template="Values are nested deeper than {limit} levels.",
    meaning=f"No configuration needs that; a hostile or generated file may. {_KEPT}",
    example="spec: [[[[ ... ]]]] with 101 brackets",
    remedy="Flatten the value.",
)

TOO_MUCH_EXPANSION = Message(
    code="GAL0105",
    level=Level.ERROR,
    title="aliases expand too much",
    template="Its aliases expand to more than {factor} times the size of the text.",
    meaning=f"A few lines of aliases to aliases can fill any memory. {_KEPT}",
    example="a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]  # and so on",
    remedy="Write the values out, or generate the file from a template.",
)

FILE_TOO_LARGE = Message(
    code="GAL0106",
    level=Level.ERROR,
    title="file too large",
    template="The file has {size} bytes; at most {limit} are read.",
    meaning=f"It was refused by its size and not read at all. {_KEPT}",
    example="A 100 MB dump named backup.yaml.",
    remedy="Split it, or leave it out with `.galleyignore`.",
)

TOO_MANY_DOCUMENTS = Message(
    code="GAL0107",
    level=Level.ERROR,
    title="too many documents",
    template="The file has more than {limit} documents.",
    meaning=f"One file is accepted or refused as one, which is of no use at this size. {_KEPT}",
    example="A file with 10,001 documents between `---` lines.",
    remedy="Split it into several files.",
)

RESOURCE_TOO_LARGE = Message(
    code="GAL0108",
    level=Level.ERROR,
    title="resource too large",
    template="The resource has {size} bytes when encoded; at most {limit} are allowed.",
    meaning=f"Kubernetes' own store refuses objects of this size too. {_KEPT}",
    example="A ConfigMap that holds a 2 MB file.",
    remedy="Split the resource, or keep the data elsewhere.",
)

BAD_FIELD_NAME = Message(
    code="GAL0109",
    level=Level.ERROR,
    title="unusable map key",
    template="A map key must be text or a plain number or boolean, not {kind}.",
    meaning=f"JSON, which is what configuration is in the end, has no such keys. {_KEPT}",
    example="labels:\n  ~: value\n  [a, b]: value",
    remedy="Write the key as text, in quotes if need be.",
)

TAG_MISMATCH = Message(
    code="GAL0110",
    level=Level.ERROR,
    title="value does not fit its tag",
    template="The value cannot be read as {tag}.",
    meaning=f"An explicit tag promises a type that the text does not have. {_KEPT}",
    example="replicas: !!int three",
    remedy="Take the tag away, or correct the value.",
)

NO_CANONICAL_FORM = Message(
    code="GAL0111",
    level=Level.ERROR,
    title="value without canonical form",
    template="This value cannot be configuration: {problem}.",
    meaning=(
        "NaN, infinity, integers outside 64 bits and broken Unicode have no form that every "
        f"reader understands alike. {_KEPT}"
    ),
    example="weight: .inf\nserial: 18446744073709551616",
    remedy="Use another value, or write it as text in quotes.",
)

ALIAS_IN_ITSELF = Message(
    code="GAL0112",
    level=Level.ERROR,
    title="alias inside its own anchor",
    template="A value holds an alias to itself.",
    meaning=f"Written out it would be endless. {_KEPT}",
    example="spec: &all\n  copy: *all",
    remedy="Move the alias out of the value that it names.",
)

BAD_MERGE = Message(
    code="GAL0113",
    level=Level.ERROR,
    title="merge key without a map",
    template="The merge key `<<` needs a map, or a list of maps.",
    meaning=f"Anything else cannot be merged into the map around it. {_KEPT}",
    example="spec:\n  <<: 3",
    remedy="Point it at an anchor of a map, or quote `<<` if a field of that name is meant.",
)
