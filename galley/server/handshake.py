"""The handshake of a WebSocket (RFC 6455, section 4.2), answered within aiohttp."""

import base64
import hashlib

from aiohttp import web

from galley.server.websocket import WebSocket

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def shake_hands(request: web.Request, subprotocol: str, *, limit: int) -> WebSocket:
    """Accept a connection.

    Args:
        limit: bytes of the longest message that is accepted.

    Raises:
        HTTPBadRequest: the request is not a WebSocket handshake for this subprotocol.
        ConnectionResetError: the other end is gone already.
    """
    accept = _accept_key(request, subprotocol)
    response = web.StreamResponse(status=101)
    response.headers["Upgrade"] = "websocket"
    response.headers["Connection"] = "Upgrade"
    response.headers["Sec-WebSocket-Accept"] = accept
    response.headers["Sec-WebSocket-Protocol"] = subprotocol
    response.force_close()
    await response.prepare(request)
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client left during the handshake")
    return WebSocket(response, transport, limit)


def _accept_key(request: web.Request, subprotocol: str) -> str:
    headers = request.headers
    offered = [name.strip() for name in headers.get("Sec-WebSocket-Protocol", "").split(",")]
    try:
        key = base64.b64decode(headers.get("Sec-WebSocket-Key", ""), validate=True)
    except ValueError:
        key = b""
    upgrading = headers.get("Upgrade", "").lower() == "websocket"
    upgrading = upgrading and "upgrade" in headers.get("Connection", "").lower()
    if not upgrading or len(key) != 16 or headers.get("Sec-WebSocket-Version") != "13":
        raise web.HTTPBadRequest(text="This is a WebSocket (RFC 6455, version 13).\n")
    if subprotocol not in offered:
        raise web.HTTPBadRequest(text=f"This is a WebSocket with subprotocol {subprotocol}.\n")
    digest = hashlib.sha1(base64.b64encode(key) + _GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()
