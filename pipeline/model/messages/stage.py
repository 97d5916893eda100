"""Stages that fail, and what two of them cannot both have."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

FAILED = Message(
    code="GAL1001",
    level=Level.ERROR,
    title="stage failed",
    template="Stage {stage} failed on this resource: {problem}.",
    meaning=(
        "A stage of the pipeline raised an exception, read what it had not declared, or changed"
        " what it promised only to judge. That is a defect of the stage and not of the"
        " configuration. The resource cannot be called valid, so a change to it is not published;"
        " what is live stays."
    ),
    example="An analyzer from a plugin that expects `spec.hosts` in every VirtualService.",
    remedy=(
        "Report it to the author of the stage with the traceback from the channel's log. Until it"
        " is mended, name the analyzer under `disabled` in the settings, or change the resource."
    ),
    istio="IST0001",
)

TOO_SLOW = Message(
    code="GAL1002",
    level=Level.ERROR,
    title="stage too slow",
    template="Stage {stage} took longer than its {budget:g} s on this resource.",
    meaning=(
        "One call of a stage used more processor time than one resource may cost. It was measured"
        " twice. The change is not published, because the next one would wait as long."
    ),
    example="A policy that compares each of 50,000 elements of a list with every other.",
    remedy="Make the resource smaller, or the rule simpler.",
)

DERIVED_TWICE = Message(
    code="GAL1003",
    level=Level.ERROR,
    title="key derived twice",
    template="{derived} is made from this resource and also from {winner}, which supplies it.",
    meaning=(
        "Two resources become one after the transforms, for example by mapping two namespaces to"
        " one. Only the parent with the smaller key supplies it; the other's content would be lost"
        " without a word, so it is refused."
    ),
    example="`app/web` and `staging/web`, with a transform that maps namespace `staging` to `app`.",
    remedy="Rename one of the two, or narrow the transform's selection.",
)
