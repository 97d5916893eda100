"""A repository's address: what git is asked for, and what people are shown."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository is. Its text holds no secret: the settings take none there."""

    url: str

    @property
    def scheme(self) -> str:
        """`https`, `http`, `ssh` or `file`."""
        if "://" in self.url:
            return urlsplit(self.url).scheme
        return "file" if self.url.startswith("/") else "ssh"

    @property
    def host(self) -> str:
        """Name of the server, in lower case; empty for files."""
        if self.scheme == "file":
            return ""
        if "://" in self.url:
            return (urlsplit(self.url).hostname or "").lower()
        return self.url.partition(":")[0].rpartition("@")[2].strip("[]").lower()

    @property
    def path(self) -> str:
        """The repository's path at its host, without slashes around it and without `.git`."""
        path = urlsplit(self.url).path if "://" in self.url else self._bare_path()
        return path.strip("/").removesuffix(".git")

    @property
    def origin(self) -> str:
        """Scheme, host and port: for whom credentials are."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def shown(self) -> str:
        """The address as people know it, without a user."""
        if "://" not in self.url:
            return self.url.rpartition("@")[2] if self.scheme == "ssh" else self.url
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def name(self) -> str:
        """Name of a folder for it: the same for the same address."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:32]

    def _bare_path(self) -> str:
        return self.url if self.scheme == "file" else self.url.partition(":")[2]

    @classmethod
    def of(cls, url: str | Path) -> "Address":
        """The address that the settings give; a relative path starts where the process runs."""
        return cls(str(url.absolute()) if isinstance(url, Path) else url)
