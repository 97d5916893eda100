"""Certificates that servers cannot serve with: GAL190x."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

CREDENTIAL_ELSEWHERE = Message(
    code="GAL1901",
    level=Level.WARNING,
    title="Secret is not beside the gateway",
    template="Secret {name} is in {places}, and the gateway's workloads are in {wanted}.",
    meaning=(
        "Istio looks for a credential in the namespace of the workloads, not in that of the "
        "Gateway: the port does not open, and connections to it are refused."
    ),
    example="`credentialName: shop-tls` with the Secret in `shop` and the pods in `istio-ingress`.",
    remedy="Put the Secret into the namespace of the gateway's pods.",
    istio="IST0101",
)

CREDENTIAL_UNFIT = Message(
    code="GAL1902",
    level=Level.ERROR,
    title="nobody can serve with this Secret",
    template="Secret {secret} cannot be served with: {problem}.",
    meaning=(
        "A server without a certificate and the key to it does not start, and what was served "
        "there until now ends with the next restart of a proxy. An error if certificate and key "
        "contradict each other; what is missing or cannot be read is a warning, as a controller "
        "may fill it in, or decrypt it."
    ),
    example="`tls.crt` of a renewed certificate beside the `tls.key` of the old one.",
    remedy=(
        "Write both parts anew: `kubectl create secret tls NAME --cert FILE --key FILE`. Of a "
        "Secret Galley keeps no data, only whether the two belong together."
    ),
    istio="IST0161",
)

HOST_NOT_COVERED = Message(
    code="GAL1903",
    level=Level.WARNING,
    title="certificate is for other hosts",
    template="The certificate in Secret {secret} is not for {host}, it is for {names}.",
    meaning="Browsers and other clients refuse the connection to this host.",
    example="`hosts: [a.b.example.com]` with a certificate for `*.example.com`.",
    remedy="Take a certificate that names the host; `*` in it stands for one label.",
)

NOT_VALID = Message(
    code="GAL1904",
    level=Level.WARNING,
    title="certificate is not valid",
    template="{file} is valid from {begin} to {end}.",
    meaning=(
        "Clients refuse what has ended or has not begun; of a chain each part must be valid. A "
        "service looks at the day once a day."
    ),
    example="A Secret whose `tls.crt` ended yesterday.",
    remedy="Renew the certificate.",
)

ENDS_SOON = Message(
    code="GAL1905",
    level=Level.INFO,
    title="certificate ends soon",
    template="{file} is valid until {end}.",
    meaning=(
        "It is in the last fortnight of its life, or in the last quarter if it lives shorter: "
        "whatever renews it should have done so."
    ),
    example="A Secret whose `tls.crt` ends next week.",
    remedy="Renew it, or see why its issuer has not.",
)

CERTIFICATE_SHARED = Message(
    code="GAL1906",
    level=Level.WARNING,
    title="two Gateways serve with one certificate",
    template="Others of the same workloads serve with {name}, too: {others}.",
    meaning=(
        "A browser sends requests for all hosts of a certificate over one connection. Those for "
        "a host of the other Gateway get a 404."
    ),
    example="Two Gateways with one `selector` and `credentialName`, for two hosts.",
    remedy="Put the hosts into one Gateway, or give each a certificate of its own.",
    istio="IST0138",
)
