"""A transform that cannot be applied."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

PATCH_FAILED = Message(
    code="GAL0401",
    level=Level.ERROR,
    title="patch cannot be applied",
    template="The transform {transform} cannot be applied: {problem}.",
    meaning=(
        "A step of a JSON patch does not fit the resource, so no step of it was applied. The"
        " resource keeps the state last accepted."
    ),
    example="patch: [{op: remove, path: /spec/timeout}]   # and the resource has no timeout",
    remedy="Narrow the transform's `match`, correct the path, or use a merge patch, which does not"
    " mind what is missing.",
)
IDENTITY_CHANGED = Message(
    code="GAL0402",
    level=Level.ERROR,
    title="transform changes a resource's identity",
    template="The transform {transform} would change {field}, which a patch must not do.",
    meaning=(
        "apiVersion, kind, name and namespace say which resource it is; what refers to it would"
        " lose it. The resource keeps the state last accepted."
    ),
    example="merge: {metadata: {name: other}}",
    remedy="Remove that part of the patch; a namespace is changed by a `namespace` transform.",
)
BROKEN_RESULT = Message(
    code="GAL0403",
    level=Level.ERROR,
    title="transform makes no valid resource",
    template="The transform {transform} makes something that is no resource: {problem}.",
    meaning=(
        "Labels and annotations must be maps from text to text, and every value must be one that"
        " JSON can hold. The resource keeps the state last accepted."
    ),
    example="merge: {metadata: {labels: {tier: 1}}}",
    remedy="Correct the value in the patch; quote text that looks like a number.",
)
BAD_SETTINGS = Message(
    code="GAL0410",
    level=Level.ERROR,
    title="transform settings not understood",
    template="The settings of transform {transform} are wrong at {field}: {problem}.",
    meaning="The environment in force stays in force until the settings are corrected.",
    example="transforms: [{type: labels, st: {owner: web}}]",
    remedy="Correct the settings; `docs/settings.md` lists what a transform takes.",
)
NAME_TWICE = Message(
    code="GAL0411",
    level=Level.ERROR,
    title="two transforms with one name",
    template="Two transforms are called {transform}.",
    meaning="Diagnostics and `galley trace` name a transform, so names must differ.",
    example="transforms: [{name: owner, type: labels, ...}, {name: owner, type: drop}]",
    remedy="Rename one of them.",
)
