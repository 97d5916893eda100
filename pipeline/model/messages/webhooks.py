"""Webhooks that inject twice or cannot be asked: GAL192x."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

INJECTORS_OVERLAP = Message(
    code="GAL1921",
    level=Level.ERROR,
    title="two webhooks inject the same pods",
    template="Pods that this webhook injects are injected by {others}, too.",
    meaning=(
        "Pods get two proxies, or one of a revision that nobody meant. Which webhook is asked "
        "first depends on the names of the configurations."
    ),
    example="Webhooks of two revisions with `namespaceSelector: {istio-injection: enabled}` both.",
    remedy="Leave the label to one revision (`istioctl tag set default`), or remove one of them.",
    istio="IST0139",
)

ADDRESS_INVALID = Message(
    code="GAL1922",
    level=Level.ERROR,
    title="webhook cannot be asked",
    template="Webhook {name} cannot be asked: {problem}.",
    meaning=(
        "What it should judge is refused, or let through unseen, as its `failurePolicy` says."
    ),
    example="`clientConfig: {url: http://istiod.example.com/inject}`",
    remedy="Give a Service, or a URL of https with a host and a path and nothing else.",
    istio="IST0163",
)

ADDRESS_NUMERIC = Message(
    code="GAL1923",
    level=Level.INFO,
    title="webhook is asked at a number",
    template="Webhook {name} is asked at an address and not at a host.",
    meaning="Its certificate must name the address, and nobody can move it elsewhere.",
    example="`clientConfig: {url: https://203.0.113.7/inject}`",
    remedy="Give it a host name.",
    istio="IST0164",
)
