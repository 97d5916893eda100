"""How git is let in: credentials read where the settings say, handed over for one run.

A password or token travels in the environment of the git process and is given to the repository's
own server only. A key or certificate that is in a file is used where it is; one that is in the
environment is written, readable by nobody else, to a folder that lasts as long as the run.
"""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sources.git.address import Address
from sources.git.program import Access
from sources.secrets import SecretError, SecretRef
from sources.settings import GitCredentials

_HELPER = (
    "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n'"
    ' "$GALLEY_GIT_USERNAME" "$GALLEY_GIT_PASSWORD"; }; f'
)
"""A credential helper that repeats what its environment says."""
_ANY_USER = "x-access-token"
"""What forges that know people by their tokens take for a name."""


@contextmanager
def access(address: Address, credentials: GitCredentials) -> Iterator[Access]:
    """What one run of git needs; it is gone afterwards. Blocking I/O.

    Raises:
        SecretError: something that the settings name is not there.
    """
    if address.scheme not in {"https", "http", "ssh"}:
        yield Access({"GIT_ALLOW_PROTOCOL": "file"}, {})
        return
    with tempfile.TemporaryDirectory(prefix="galley-git-") as folder:
        if address.scheme == "ssh":
            yield _ssh(credentials, Path(folder))
        else:
            yield _https(address, credentials, Path(folder))


def _https(address: Address, given: GitCredentials, folder: Path) -> Access:
    environment = {"GIT_ALLOW_PROTOCOL": address.scheme}
    files = {"sslCert": given.certificate, "sslKey": given.key, "sslCAInfo": given.ca}
    config = {
        f"http.{address.origin}.{name}": str(_file(each, folder / name))
        for name, each in files.items()
        if each
    }
    secret = given.token or given.password
    if secret is None:
        return Access(environment, config)
    value = secret.read()
    environment["GALLEY_GIT_USERNAME"] = given.username or _ANY_USER
    environment["GALLEY_GIT_PASSWORD"] = value
    config[f"credential.{address.origin}.helper"] = _HELPER
    return Access(environment, config, (value,))


def _ssh(given: GitCredentials, folder: Path) -> Access:
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "ConnectTimeout": "15",
        "ServerAliveInterval": "15",
        "ControlMaster": "no",
        "ControlPath": "none",
    }
    if given.known_hosts:
        options["UserKnownHostsFile"] = _quoted(_file(given.known_hosts, folder / "known_hosts"))
        options["GlobalKnownHostsFile"] = "/dev/null"
    if given.ssh_key:
        options["IdentityFile"] = _quoted(_file(given.ssh_key, folder / "key"))
        options["IdentitiesOnly"] = "yes"
        options["IdentityAgent"] = "none"
    words = ["ssh", "-F", "/dev/null"]
    words += [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    command = shlex.join(words)
    return Access(
        {"GIT_ALLOW_PROTOCOL": "ssh", "GIT_SSH_COMMAND": command, "GIT_SSH_VARIANT": "ssh"}, {}
    )


def _file(secret: SecretRef, place: Path) -> Path:
    """A file that holds the secret: its own, or one made of a variable."""
    if secret.file:
        if not secret.file.is_file():
            raise SecretError(f"{secret.place} is not there")
        return secret.file.absolute()
    place.touch(mode=0o600)
    place.write_text(secret.read() + "\n")
    return place


def _quoted(path: Path) -> str:
    """A path as a value of ssh's, which divides values at spaces and has tokens of its own."""
    return '"' + str(path).replace("%", "%%") + '"'
