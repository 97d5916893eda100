"""What a source's settings say about its forge, with what they refer to: secrets, certificates.

Looked at again and again, so that a secret that was put in place, or replaced, is noticed without a
restart. What is wrong is a warning: the source itself is read all the same.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from galley.forges.request import Target, UnknownForgeError, target_of
from galley.forges.secret import access_token, signing_secret
from pipeline.model import Diagnostic
from pipeline.model.messages.source import FORGE_SETTINGS
from sources.forge_settings import ForgeSettings
from sources.secrets import SecretError
from sources.settings import AnySource


@dataclass(frozen=True, slots=True)
class Post:
    """Everything that telling a forge takes."""

    target: Target
    token: str = field(repr=False)
    authorities: str = ""
    """Certificates that the forge's is checked against; empty for the system's."""

    def context(self) -> ssl.SSLContext:
        """How TLS is verified; blocking I/O.

        Raises:
            ssl.SSLError: the authorities are no certificates.
        """
        return ssl.create_default_context(cadata=self.authorities or None)


class UnusableError(Exception):
    """Settings cannot be followed as they are."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(problem)
        self.setting = setting

    def diagnostic(self, source: str) -> Diagnostic:
        return FORGE_SETTINGS.report(setting=self.setting, problem=self).at(source, "")


def wants_status(source: AnySource) -> bool:
    """Whether a forge is to be told what becomes of this source's commits."""
    return isinstance(source, ForgeSettings) and source.status is not None


def post_of(source: AnySource, channel: str) -> Post | None:
    """How the forge of a source is told; None if nobody asks for it. Blocking I/O.

    Raises:
        UnusableError: it cannot be told as the settings say.
    """
    if not isinstance(source, ForgeSettings) or source.status is None:
        return None
    settings = source.status
    with _naming("status"):
        target = target_of(settings, source.repository_url(), channel, source.name)
    with _naming("status.token"):
        read = signing_secret if settings.kind == "generic" else access_token
        token = read(settings.token)
    with _naming("status.ca"):
        text = settings.ca.read_text("ascii", errors="ignore") if settings.ca else ""
        post = Post(target, token, text)
        if settings.ca:
            post.context()
    return post


def check_webhook(source: AnySource) -> None:
    """See whether a source's webhook, if it has one, can be verified. Blocking I/O.

    Raises:
        UnusableError: it cannot.
    """
    if isinstance(source, ForgeSettings) and source.webhook is not None:
        with _naming("webhook.secret"):
            signing_secret(source.webhook.secret)


@contextmanager
def _naming(setting: str) -> Iterator[None]:
    """What fails inside is the fault of this setting."""
    try:
        yield
    except (SecretError, UnknownForgeError) as error:
        raise UnusableError(setting, str(error)) from error
    except ssl.SSLError as error:
        raise UnusableError(setting, "the file holds no certificate") from error
    except OSError as error:
        raise UnusableError(setting, f"the file cannot be read: {error.strerror}") from error
