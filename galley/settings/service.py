"""The service as a whole: addresses, who may do what, the stream, logs."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from galley.settings.base import NAME, Role, Settings, TlsSettings
from galley.settings.channel import ChannelSettings
from galley.settings.mesh import MeshSettings
from sources.settings import Seconds


class AdmissionAddress(Settings):
    """Where clusters ask before they take an object in; listened on if a source has `admission`."""

    listen: str = "127.0.0.1:8443"
    """Address and port for HTTPS; port 0 takes any free one."""
    tls: TlsSettings | None = None
    """Certificate and key; without them Galley makes its own, renews them, and has the clusters
    trust them."""
    ca: Path | None = None
    """PEM file with what the clusters are to trust, if `tls` is given; without it, the certificate
    itself."""

    @model_validator(mode="after")
    def _trust_what_is_given(self) -> "AdmissionAddress":
        if self.ca and not self.tls:
            raise ValueError("`ca` goes with `tls`; what Galley makes, it tells the clusters")
        return self


class TokenSettings(Settings):
    """A bearer token: where it is, and what it may do on which channels."""

    name: str = Field(pattern=NAME)
    """What audit and logs call its bearer."""
    env: str = ""
    """Environment variable that holds it."""
    file: Path | None = None
    """File that holds it; read again on reload."""
    sha256: str = ""
    """Or the SHA-256 of the token, hexadecimal."""
    channels: dict[str, tuple[Role, ...]] = {"*": ("read",)}
    """Channel name, or `*`, to roles."""

    @model_validator(mode="after")
    def _one_place(self) -> "TokenSettings":
        if sum(map(bool, (self.env, self.file, self.sha256))) != 1:
            raise ValueError("give exactly one of env, file and sha256")
        return self


class StreamSettings(Settings):
    """Limits of the stream to subscribers."""

    message_bytes: int = Field(default=1024 * 1024, ge=65536)
    """Largest message that is sent; larger states go in chunks."""
    receive_bytes: int = Field(default=1024 * 1024, ge=4096)
    """Largest message that is accepted from a subscriber."""
    subscribers: int = Field(default=10_000, ge=1)
    """Connections at the same time, over all channels."""
    subscriptions: int = Field(default=16, ge=1)
    """Subscriptions on one connection."""
    heartbeat: Seconds = Field(default=15.0, gt=0)
    """Seconds between two signs of life in either direction."""
    slow_reader: Seconds = Field(default=60.0, gt=0)
    """Seconds after which a subscriber that does not read or acknowledge is disconnected."""
    zstd: bool = True
    """Whether messages are compressed for subscribers that ask for it, once per step."""


class LogSettings(Settings):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"
    """auto: text on a terminal, JSON elsewhere."""


class ServiceSettings(Settings):
    """The whole settings file."""

    listen: str = "127.0.0.1:8340"
    """Address and port for HTTP and WebSocket; port 0 takes any free one."""
    mesh_listen: str = "127.0.0.1:9901"
    """Address and port for gRPC, served if a channel has `wires`; port 0 takes any free one, empty
    serves none."""
    data_dir: Path = Path("./data")
    """Folder of the embedded store."""
    store: str = ""
    """URL of a PostgreSQL database (`postgresql://...`); empty for the embedded store. A password
    belongs into PGPASSWORD or a passfile."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names that requests may carry besides localhost and the listen address."""
    allowed_origins: tuple[str, ...] = ()
    """Origins of web pages that may send requests; none by default."""
    tls: TlsSettings | None = None
    tokens: tuple[TokenSettings, ...] = ()
    """With none, everybody who reaches the address may do everything."""
    admission: AdmissionAddress = AdmissionAddress()
    mesh: MeshSettings = MeshSettings()
    insecure: bool = False
    """Whether to serve other than loopback without TLS and tokens."""
    stream: StreamSettings = StreamSettings()
    log: LogSettings = LogSettings()
    shutdown: Seconds = Field(default=10.0, gt=0)
    """Seconds that a stop may take."""
    channels: tuple[ChannelSettings, ...] = (ChannelSettings(),)

    @property
    def serves_meshes(self) -> bool:
        """Whether gRPC is listened on."""
        return bool(self.mesh_listen) and any(channel.wires for channel in self.channels)

    @model_validator(mode="after")
    def _channel_names_differ(self) -> "ServiceSettings":
        names = [channel.name for channel in self.channels]
        if len(set(names)) != len(names):
            raise ValueError("two channels have the same name")
        return self
