"""Secrets as forges need them; the one module here that reads something, from where settings say.

What is wrong with a secret is told by its place and never by what it is.
"""

from galley.forges import signing
from sources.secrets import SecretError, SecretRef

SHORTEST = 16
"""Characters of a secret that signs; a shorter one can be guessed."""


def signing_secret(reference: SecretRef) -> str:
    """A secret that two sides share and sign with; blocking I/O if it is in a file.

    Raises:
        SecretError: it cannot be had, or not be signed with.
    """
    secret = reference.read()
    if len(secret) < SHORTEST:
        hint = "put a long random text there, for example from `openssl rand -hex 32`"
        raise SecretError(f"{reference.place} is shorter than {SHORTEST} characters; {hint}")
    try:
        signing.key(secret)
    except ValueError:
        rest = "goes on with what is not base64"
        raise SecretError(f"{reference.place} begins with {signing.ENCODED} and {rest}") from None
    return secret


def access_token(reference: SecretRef) -> str:
    """A token that goes into a header; blocking I/O if it is in a file.

    Raises:
        SecretError: it cannot be had, or be no token of a forge.
    """
    token = reference.read()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise SecretError(f"{reference.place} holds white space or what is not ASCII: no token")
    return token
