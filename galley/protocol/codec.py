"""Messages as frames: the WebSocket header that a server puts before one, and zstd around one.

A server's frames are not masked (RFC 6455, section 5.2), so one frame serves every subscriber.
"""

import struct

import zstandard

from galley.protocol import messages
from galley.protocol.messages import Compressed, Message, ProtocolError

LEVEL = 1
"""zstd's fastest: chunks are compressed in the serving loop, 1 MB in a few milliseconds."""
WORTH = 256
"""Messages below this many bytes are not compressed."""
_BINARY = 0x82
"""FIN and opcode 2."""


def frame(payload: bytes) -> bytes:
    """The payload as one unmasked binary WebSocket frame."""
    size = len(payload)
    if size < 126:
        return bytes((_BINARY, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", _BINARY, 126, size) + payload
    return struct.pack("!BBQ", _BINARY, 127, size) + payload


def compress(payload: bytes) -> bytes:
    """The message as a COMPRESSED one, or as it is if that would not be shorter."""
    if len(payload) < WORTH:
        return payload
    packed = messages.encode(Compressed(zstandard.ZstdCompressor(level=LEVEL).compress(payload)))
    return packed if len(packed) < len(payload) else payload


def read(data: bytes, limit: int) -> Message:
    """Decode a message of a server, compressed or not.

    Raises:
        ProtocolError: it is none, or would be longer than `limit` bytes.
    """
    message = messages.decode(data)
    if not isinstance(message, Compressed):
        return message
    try:
        size = zstandard.frame_content_size(message.data)
        if not 0 <= size <= limit:
            raise ProtocolError(f"a compressed message states {size} bytes; {limit} are allowed")
        plain = zstandard.ZstdDecompressor().decompress(message.data, max_output_size=limit)
    except zstandard.ZstdError as error:
        raise ProtocolError("a compressed message is damaged") from error
    inner = messages.decode(plain)
    if isinstance(inner, Compressed):
        raise ProtocolError("a compressed message holds another")
    return inner
