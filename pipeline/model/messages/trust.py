"""Revisions that nobody vouches for whose word is taken."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

NOT_SIGNED = Message(
    code="GAL1201",
    level=Level.ERROR,
    title="revision is not signed",
    template="The {kind} {name} is not signed, and this source takes signed ones only.",
    meaning=(
        "The settings of the source ask for a signature by one of its keys. Until a signed "
        "revision comes, everything that is live from this source stays."
    ),
    example="git commit -m 'Raise the timeout', without -S",
    remedy="Sign it: `git commit --amend -S`, or for a tag `git tag -s`; then push again.",
)

NOT_VERIFIED = Message(
    code="GAL1202",
    level=Level.ERROR,
    title="signature is not good",
    template="The signature of the {kind} {name} is not good: {problem}.",
    meaning=(
        "A signature counts if it fits the content and was made with one of the keys that the "
        "settings of the source name, while that key was valid."
    ),
    example="A commit signed with a key of somebody who is not in the team's key file.",
    remedy="Let somebody sign whose key is among `trust.keys`, or add the key there.",
)

NOT_ALLOWED = Message(
    code="GAL1203",
    level=Level.ERROR,
    title="change by somebody who may not",
    template="Commit {name} of {who} changes {what}, which only {allowed} may change.",
    meaning=(
        "A rule of the source says who may change this path or collection. The whole revision "
        "waits; if the change is reverted, it goes through."
    ),
    example="A developer changes mesh/gateways/public.yaml, which belongs to the platform team.",
    remedy="Revert the change, or have it committed and signed by somebody who may.",
)

KEYS_UNUSABLE = Message(
    code="GAL1204",
    level=Level.ERROR,
    title="keys cannot be used",
    template="The keys of the source cannot be used: {problem}.",
    meaning="Without keys nothing can be verified, so no new revision is taken.",
    example="A file named in `trust.keys` is missing, or holds no key.",
    remedy="Mend the file; it is read again by itself.",
)

CANNOT_VERIFY = Message(
    code="GAL1205",
    level=Level.ERROR,
    title="signatures cannot be verified",
    template="The signature of the {kind} {name} cannot be verified: {problem}.",
    meaning="A program that verifying needs is missing or does not answer; nothing new is taken.",
    example="A commit signed with an SSH key, on a machine without ssh-keygen.",
    remedy="Install the program that is named, on the machine of the service.",
)

NO_TAG = Message(
    code="GAL1206",
    level=Level.ERROR,
    title="nothing that could be signed",
    template="The source asks for a signed tag, and {name} is not an annotated tag.",
    meaning="Only annotated tags can carry a signature; branches and lightweight tags cannot.",
    example="ref: {branch: main} with trust: {verify: tag}",
    remedy="Make the tag with `git tag -s`, or ask for signed commits: `verify: commit`.",
)
