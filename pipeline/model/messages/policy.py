"""Rules written by the user, rules that cannot be evaluated, and suppressions."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

VIOLATED = Message(
    code="GAL0501",
    level=Level.ERROR,
    title="policy violated",
    template="Policy {policy}: {message}",
    meaning=(
        "A rule that was written for this installation does not hold for the resource. At level"
        " error the resource keeps the state last accepted; at the others it is shown."
    ),
    example="policies: [{name: no-wildcard-hosts, rule: \"!('*' in object.spec.hosts)\", ...}]",
    remedy="Change the resource as the policy's message says, or suppress"
    " `GAL0501/POLICY-NAME` with a reason.",
)
NOT_EVALUATED = Message(
    code="GAL0502",
    level=Level.ERROR,
    title="policy cannot be evaluated",
    template="Policy {policy} cannot be evaluated on this resource: {problem}.",
    meaning=(
        "The rule met something that it does not expect, mostly a field that is not there. It"
        " counts at the policy's own level: a rule that cannot say yes has not said yes."
    ),
    example="rule: object.spec.tls.mode == 'SIMPLE'   # on a resource without spec.tls",
    remedy="Ask for optional fields first: `has(object.spec.tls) && ...`.",
)
BAD_SETTINGS = Message(
    code="GAL0510",
    level=Level.ERROR,
    title="policy settings not understood",
    template="The settings of policy {policy} are wrong at {field}: {problem}.",
    meaning="The environment in force stays in force until the settings are corrected.",
    example="policies: [{name: owner, rul: has(object.metadata.labels.owner)}]",
    remedy="Correct the settings; `docs/settings.md` lists what a policy takes.",
)
BAD_EXPRESSION = Message(
    code="GAL0511",
    level=Level.ERROR,
    title="policy expression does not compile",
    template="The {field} of policy {policy} does not compile: {problem}.",
    meaning="The text is not CEL, or cannot have the type that is needed: a rule is true or false,"
    " a message is text. The environment in force stays in force.",
    example="rule: object.spec.hosts.all(h, h != '*'",
    remedy="Correct the expression at the line and column that are named.",
)
NAME_TWICE = Message(
    code="GAL0512",
    level=Level.ERROR,
    title="two policies with one name",
    template="Two policies are called {policy}.",
    meaning="Diagnostics and suppressions name a policy, so names must differ.",
    example="the same policy file named twice in the settings",
    remedy="Rename or remove one of them.",
)
BAD_SUPPRESSION = Message(
    code="GAL0520",
    level=Level.ERROR,
    title="suppression settings not understood",
    template="Suppression {number} is wrong at {field}: {problem}.",
    meaning="The environment in force stays in force until the settings are corrected.",
    example="suppressions: [{code: GAL0601}]   # a reason is missing",
    remedy="Give a code of the families GAL03 to GAL06 or GAL14 to GAL20, and a reason.",
)
IDLE_SUPPRESSION = Message(
    code="GAL0521",
    level=Level.WARNING,
    title="suppression annotation without effect",
    template="The annotation {annotation} holds {entry}, which suppresses nothing: {problem}.",
    meaning=(
        "A suppression needs a code that can be suppressed and a reason. What it was meant for is"
        " still reported."
    ),
    example='galley.dev/suppress: "GAL0601"   # and no reason',
    remedy="Write CODE and a reason, several separated by semicolons:"
    ' `galley.dev/suppress: "GAL0601 the service comes next week"`.',
)
CIRCLE = Message(
    code="GAL0530",
    level=Level.ERROR,
    title="policy's parts refer to each other in a circle",
    template="In policy {policy} variables or look-ups refer to each other in a circle: {circle}.",
    meaning="None of them can be evaluated first. The environment in force stays in force.",
    example="variables: [{name: a, expression: variables.b}, {name: b, expression: variables.a}]",
    remedy="Take the circle apart: let one of them say what it means without the others.",
)
UNDECIDED = Message(
    code="GAL0531",
    level=Level.INFO,
    title="policy may be violated",
    template="Policy {policy} may be violated; what it looks up is not loaded: {message}",
    meaning=(
        "The rule does not hold as far as can be seen, and something that it looked up was not"
        " found. Not everything is loaded, so it may be elsewhere."
    ),
    example="galley validate routes/   # and the policy looks up Gateways, which are elsewhere",
    remedy="Load the rest too, or say with `--complete` that there is none.",
)
EXPIRED = Message(
    code="GAL0532",
    level=Level.WARNING,
    title="exemption or suppression has expired",
    template="{what} has expired on {time} and does not hold any more. Its reason was: {reason}",
    meaning="What it had excused is reported again. What was accepted before stays live.",
    example="exemptions: [{match: {names: [old]}, reason: until the move, expires: 2024-06-01}]",
    remedy="Take it out of the settings if it has served its purpose, else give it another date.",
)
EXPIRES = Message(
    code="GAL0533",
    level=Level.INFO,
    title="exemption or suppression expires soon",
    template="{what} expires on {time}. Its reason is: {reason}",
    meaning="In less than a week it does not hold any more, and what it excuses is reported.",
    example="suppressions: [{code: GAL0601, reason: the service comes, expires: 2024-06-01}]",
    remedy="Do what it was waiting for, or give it another date.",
)
IDLE_EXEMPTION = Message(
    code="GAL0534",
    level=Level.INFO,
    title="exemption not needed any more",
    template="Policy {policy} holds for this resource, which need not be exempt from it any more."
    " The reason was: {reason}",
    meaning="An exemption that nobody needs hides the next violation.",
    example="exemptions: [{match: {namespaces: [shop], names: [cart]}, reason: ...}]",
    remedy="Take the exemption out of the policy.",
)
