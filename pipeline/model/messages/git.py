"""Git repositories that cannot be fetched, and what in them is not read."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

FETCH_FAILED = Message(
    code="GAL1101",
    level=Level.ERROR,
    title="repository cannot be fetched",
    template="The repository {url} cannot be fetched: {problem}.",
    meaning=(
        "What was read last stays as it was, and the repository is tried again, at growing "
        "distances, until it can be fetched."
    ),
    example="The server is down, or the address names no repository.",
    remedy="Look at what git says; `git ls-remote URL` on the same host should work.",
)

FETCH_TOO_SLOW = Message(
    code="GAL1102",
    level=Level.ERROR,
    title="fetch took too long",
    template="Fetching {url} took longer than {seconds:g} s and was stopped.",
    meaning=(
        "A fetch that hangs must not hold up anything else. What was read last stays as it was; "
        "the next attempt asks for as little history as the server can give."
    ),
    example="A server that accepts connections and says nothing.",
    remedy="Mend the way to the server, or raise `timeout` for a very large repository.",
)

ACCESS_REFUSED = Message(
    code="GAL1103",
    level=Level.ERROR,
    title="repository refuses the credentials",
    template="The server of {url} does not let us in: {problem}.",
    meaning=(
        "The credentials are wrong, have expired or were revoked, or there are none. What was read "
        "last stays as it was. They are read anew at each attempt, so that nothing need be "
        "restarted when they are renewed."
    ),
    example="An access token that expired last night.",
    remedy="Renew the token, password, key or certificate that `credentials` names.",
)

HOST_KEY_REFUSED = Message(
    code="GAL1104",
    level=Level.ERROR,
    title="ssh host is not the known one",
    template="The ssh host {host} is not trusted: {problem}.",
    meaning=(
        "The host's key is not in the known hosts, or is another one than there. Somebody may be "
        "in between; a host is never trusted at first sight."
    ),
    example="A server that was set up again and has a new host key.",
    remedy=(
        "Get the host's key from whoever runs it, not from the wire, and put it into the file that "
        "`credentials.known_hosts` names."
    ),
)

CERTIFICATE_REFUSED = Message(
    code="GAL1105",
    level=Level.ERROR,
    title="certificate of the server is not trusted",
    template="The certificate of {url} is not trusted: {problem}.",
    meaning="Somebody may be in between. What was read last stays as it was.",
    example="A server with a certificate of a company's own authority.",
    remedy="Name the authority's certificate with `credentials.ca`, or renew the server's.",
)

CREDENTIAL_MISSING = Message(
    code="GAL1106",
    level=Level.ERROR,
    title="credential is not there",
    template="A credential for {url} cannot be had: {problem}.",
    meaning="The settings name a place that holds no credential. It is looked at again.",
    example="The environment variable is not set for the service.",
    remedy="Set the variable or write the file; the service must be able to read it.",
)

REF_GONE = Message(
    code="GAL1107",
    level=Level.ERROR,
    title="ref is not in the repository",
    template="The repository {url} has no {ref}.",
    meaning=(
        "A branch that is gone is not an empty branch: everything that was last read stays as it "
        "was. A repository without a single commit has no default branch."
    ),
    example="The branch was deleted after it was merged.",
    remedy="Push the branch or tag again, or change `ref` in the settings.",
)

PATH_MISSING = Message(
    code="GAL1108",
    level=Level.ERROR,
    title="path is not in the repository",
    template="There is no {place!r} in {url} at commit {revision}.",
    meaning=(
        "A path that never was there is a mistake in the settings, and nothing is read. One that "
        "was there and is gone counts as the removal of all that it held, which passes the "
        "deletion budget."
    ),
    example="path: mehs/",
    remedy="Correct `path` in the settings, or bring the folder back.",
)

MIRROR_UNUSABLE = Message(
    code="GAL1109",
    level=Level.ERROR,
    title="mirror cannot be written",
    template="The mirror of {url} cannot be kept: {problem}.",
    meaning=(
        "Galley keeps what it fetches in a folder of its own, which can be deleted at any time. "
        "What was read last stays as it was."
    ),
    example="The disk is full.",
    remedy="Make room, or mend the permissions of the data folder.",
)

GIT_MISSING = Message(
    code="GAL1110",
    level=Level.ERROR,
    title="git is not installed",
    template="The program git cannot be run: {problem}.",
    meaning="Repositories are fetched with the git program.",
    example="A container image without git.",
    remedy="Install git (Debian: `apt-get install git`), and openssh-client for ssh.",
)

GIT_TOO_OLD = Message(
    code="GAL1115",
    level=Level.ERROR,
    title="git is too old",
    template="The program git is too old: {problem}.",
    meaning="Repositories are fetched with options that git has since version 2.32.",
    example="git 2.25, on an old system.",
    remedy="Install a newer git on the machine of the service; `git --version` says which it has.",
)

LFS_POINTER = Message(
    code="GAL1111",
    level=Level.ERROR,
    title="file is kept by Git LFS",
    template="This file is a pointer of Git LFS; what it stands for is not in the repository.",
    meaning="Content kept outside the repository is not read. What was last read stays as it was.",
    example="version https://git-lfs.github.com/spec/v1",
    remedy="Take configuration out of LFS (`git lfs migrate export`), or leave the file out.",
)

SUBMODULE_NOT_READ = Message(
    code="GAL1112",
    level=Level.INFO,
    title="submodule is not read",
    template="This is a submodule, which is not read.",
    meaning="Submodules are read only where the settings ask for it.",
    example="submodules: false",
    remedy="Set `submodules: true` for the source, or leave the folder out with `.galleyignore`.",
)

SUBMODULE_UNREADABLE = Message(
    code="GAL1113",
    level=Level.ERROR,
    title="submodule cannot be read",
    template="The submodule cannot be read: {problem}.",
    meaning="Everything that was last read below it stays as it was.",
    example="A submodule whose address is not in `.gitmodules`.",
    remedy="Mend `.gitmodules`, or make the submodule's repository reachable for Galley.",
)

LINK_OUTSIDE = Message(
    code="GAL1114",
    level=Level.ERROR,
    title="link out of the repository",
    template="This link leads out of the repository; it is not followed.",
    meaning=(
        "A source reads only what is in its repository. Everything that was last read through the "
        "link stays as it was."
    ),
    example="mesh/shared.yaml -> /etc/shared.yaml",
    remedy="Commit what the link leads to, or read the other place with a source of its own.",
)
