"""What keeps a candidate from being published."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

KEY_CLAIMED = Message(
    code="GAL0701",
    level=Level.ERROR,
    title="key claimed twice",
    template="{name} is also defined in {other}, and neither place outranks the other.",
    meaning="Two places define the same resource and neither outranks the other. The one that was "
    "published keeps the key, the newcomer's change unit waits. Two newcomers both wait.",
    example="a.yaml and b.yaml both hold a ConfigMap named `settings` in namespace `default`.",
    remedy="Remove one of the two, or give one source a higher `rank`.",
)

TOO_MANY_DELETIONS = Message(
    code="GAL0702",
    level=Level.ERROR,
    title="deletion budget exceeded",
    template="Source {source} would delete {deleted} of {base} resources of {collection} within "
    "{window}; the budget is {percent} % and {keys} resources.",
    meaning="So many resources would disappear that it looks like an accident. The candidate is "
    "parked, everything else is published, and subscribers keep what they have.",
    example="A folder of 50 VirtualServices is emptied.",
    remedy="Bring the files back, or confirm with `galley publish --candidate ID --reason TEXT`.",
)

COLLECTION_EMPTIED = Message(
    code="GAL0703",
    level=Level.ERROR,
    title="collection would become empty",
    template="Source {source} would delete all {base} resources of {collection}.",
    meaning="A whole collection would disappear, which is hardly ever meant. The candidate is "
    "parked, everything else is published, and subscribers keep what they have.",
    example="Both Gateways of a source are removed at once.",
    remedy="Bring the files back, or confirm with `galley publish --candidate ID --reason TEXT`.",
)

QUARANTINED = Message(
    code="GAL0704",
    level=Level.WARNING,
    title="quarantined by a rollback",
    template="Version {rollback} rolled this content back to version {target}: {reason}",
    meaning="The source still says what an operator took back. It stays unpublished, also across "
    "restarts, until the source says something else. Everything else of the source flows.",
    example="`galley rollback previous --reason 'wrong weights'` while the file is unchanged.",
    remedy="Fix or revert it in the source, or run "
    "`galley publish --override-quarantine --reason TEXT`.",
)

ANOTHER_UNIT = Message(
    code="GAL0705",
    level=Level.WARNING,
    title="waits for another change unit",
    template="This change waits: {why}",
    meaning="Published alone it would lose or break something that another pending change still "
    "holds back, for instance a resource that moved into a file with an error.",
    example="A resource is moved from a.yaml into b.yaml, and b.yaml has an error elsewhere.",
    remedy="Mend the other change unit; this one follows by itself.",
)

EVERYTHING_WAITS = Message(
    code="GAL0706",
    level=Level.WARNING,
    title="channel waits as a whole",
    template="The channel publishes all or nothing, and {count} pending change units are broken.",
    meaning="With `on_error: all-or-nothing` one broken change unit holds back all others.",
    example="`publish: {on_error: all-or-nothing}` and one file with a syntax error.",
    remedy="Mend what is broken, or use `on_error: isolate`.",
)

KIND_IN_TWO_VERSIONS = Message(
    code="GAL0707",
    level=Level.ERROR,
    title="one kind in two versions",
    template="{collection} is already used with apiVersion {other}; without a schema Galley cannot "
    "tell how {version} relates to it.",
    meaning="A collection holds one version of its kind. Without a CRD nothing says how to convert "
    "one into the other, so the newcomer waits.",
    example="One file says `example.com/v1`, another `example.com/v2`, for the same kind.",
    remedy="Use one apiVersion for the kind, or give its CRD in `schemas:`.",
)

ENVIRONMENT_UNREADABLE = Message(
    code="GAL0708",
    level=Level.ERROR,
    title="environment cannot be read",
    template="{file} cannot be read: {why}.",
    meaning="Schemas and policies decide what may be published, so nothing is guessed: the "
    "environment in force stays as it is, and this is shown until the file can be read.",
    example="`schemas: [./crd]` while the folder is called `crds`.",
    remedy="Correct the path in the settings, or mend the file.",
)

SCHEMAS_UNKNOWN = Message(
    code="GAL0714",
    level=Level.ERROR,
    title="schemas not known",
    template="The schemas of source {source} are not known: {problem}.",
    meaning="The settings take schemas from a source, and it has never been read. Nothing is "
    "guessed: the environment in force stays as it is, and where there is none, nothing is "
    "published. Once it was read, what it held is used while it cannot be read again. `galley "
    "validate` goes on without the schemas, and says so in a warning.",
    example="`schemas: [{name: prod-crds, type: kubernetes, context: prod}]`, and the cluster is "
    "down when the service starts for the first time.",
    remedy="Bring the source back; or write `required: false` beside it, and the channel goes on "
    "without its schemas until they are known.",
)

REVISION_WAITS = Message(
    code="GAL0710",
    level=Level.WARNING,
    title="revision waits for a quarantine",
    template="Source {source} waits with revision {revision}, which still says of {name} what "
    "version {rollback} took back to version {target}: {reason}",
    meaning="The unit of this source is a revision: all that it says at one time is published "
    "together. An operator rolled back what it says of these resources, and it has not said "
    "anything else of them since. So the whole source stays where it was rolled back to, also "
    "across restarts, and commits that change only other resources wait with it.",
    example="`galley rollback --reason 'wrong weights'`, and then a commit that mends something "
    "else.",
    remedy="Fix or revert the named resources at the source: the first commit that does so is "
    "published with everything that waits. Or run "
    "`galley publish --override-quarantine --reason TEXT`.",
)

PLUGIN_BROKEN = Message(
    code="GAL0709",
    level=Level.ERROR,
    title="plugin does not work",
    template="The plugin {plugin} does not work: {problem}.",
    meaning="A package that is installed beside Galley offers an analyzer or a transform that "
    "cannot be loaded. What it would have found is unknown, so the environment in force stays.",
    example="The package was written for another version of Galley.",
    remedy="Mend or upgrade the package, or uninstall it, and start Galley again.",
)

CHECK_SAYS = Message(
    code="GAL0711",
    level=Level.ERROR,
    title="said by a check",
    template="Check {check}{code}: {message}",
    meaning="A command or service of the settings (`checks`) was asked about the candidate. An "
    "error on a resource that the candidate changes keeps back the change units behind it; one "
    "that names no resource keeps back the candidate. What is said of content that was live before "
    "is carried.",
    example="`checks: [{name: budget, url: https://checks.example.com/galley}]`, and the service "
    'answers `{"ok": false, "message": "too many replicas"}`.',
    remedy="Mend what the check complains of. It is asked again when the candidate changes, after "
    "a while, and at once by `galley publish --reason TEXT`.",
)

CHECK_FAILED = Message(
    code="GAL0712",
    level=Level.ERROR,
    title="check could not be asked",
    template="Check {check} could not be asked: {problem}.",
    meaning="A check of the settings could not be started or reached, was late, or did not answer "
    "in the agreed form, so nothing is known of the candidate. With `on_failure: refuse` it waits "
    "and what is live stays; with `warn` it is published. The check is tried again.",
    example="`checks: [{name: dry-run, command: [./check.sh]}]`, and there is no such file.",
    remedy="Mend the check; docs/checks.md says what it is given and what it must answer.",
)

REFUSED_BY_SUBSCRIBER = Message(
    code="GAL0715",
    level=Level.WARNING,
    title="refused by a subscriber",
    template="{who} refused it as it is, in version {version}: {reason}",
    meaning="A subscriber was sent the resource, named it as one that it cannot use, and stays on "
    "what it had. The resource is live all the same: others may take it. This is shown until the "
    "resource is another one, or the subscriber has all that is live.",
    example="A VirtualService with a regular expression that Envoy cannot compile.",
    remedy="Correct the resource at its source, or run `galley rollback --reason TEXT`. `galley "
    "subscribers` shows who is behind, `galley history --version N` who refused what. Where it is "
    "the subscriber that has to be mended, `galley resend` offers it again.",
)

VERSION_REFUSED = Message(
    code="GAL0716",
    level=Level.WARNING,
    title="version refused by a subscriber",
    template="{who} refused the live version {version} and named no resource: {reason}",
    meaning="A subscriber could not use what it was sent, stays on what it had, and did not say "
    "which resource is to blame. This is shown while the version is live and the subscriber has "
    "not got all of it.",
    example="A Pilot that cannot decode a collection: `error decoding: proto: illegal tag`.",
    remedy="Look into what the version changed (`galley diff`) and into the subscriber's log; "
    "`galley rollback --reason TEXT` brings the version before back.",
)

FIRST_WOULD_BE_EMPTY = Message(
    code="GAL0713",
    level=Level.WARNING,
    title="first version would be empty",
    template="There is no version yet, and nothing of what the sources say can be published.",
    meaning="A first version without content would tell subscribers that nothing is configured, "
    "also those that have something from before the store was lost. So there is none before "
    "something can be published, or the sources hold nothing.",
    example="A new channel follows a branch whose newest commit is refused.",
    remedy="Mend what is refused: `galley diagnostics` says what.",
)
