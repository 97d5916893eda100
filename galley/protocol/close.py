"""Why a server ends a connection: codes in the range that RFC 6455 leaves to applications."""


class Close:
    """Close codes of the stream, besides those of RFC 6455."""

    PROTOCOL = 4000
    """A message that makes no sense; fix the client."""
    UNAUTHORIZED = 4001
    """The credential is no longer good."""
    SLOW = 4002
    """An update was not read or not acknowledged in time."""
    SILENT = 4003
    """No heartbeat came."""
    SHUTDOWN = 4004
    """The server stops; connect again."""
    INTERNAL = 4005
    """The server failed; connect again."""
