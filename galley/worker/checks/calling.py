"""Asking a service: the candidate is posted as JSON, the answer is the body.

Redirects are not followed: they would carry the secrets of the headers elsewhere. Certificates are
checked against those of the system, or of `SSL_CERT_FILE`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import chain

import aiohttp

from galley import __version__
from galley.worker.checks.command import MOST_OUTPUT
from galley.worker.checks.trouble import CheckError

WHOLE = 1024 * 1024
"""Bytes up to which a body is sent as one, with its length; a larger one goes in chunks."""

HEADERS = {
    "content-type": "application/json",
    "accept": "application/json",
    "user-agent": f"galley/{__version__}",
}


async def call(url: str, headers: Mapping[str, str], document: Iterator[bytes]) -> bytes:
    """Post a document; returns the body of the answer.

    Raises:
        CheckError: the service cannot be reached, or answers anything but 200 and 204.
    """
    try:
        async with (
            aiohttp.ClientSession(headers={**HEADERS, **headers}) as session,
            session.post(url, data=_body(document), allow_redirects=False) as answer,
        ):
            if answer.status not in (200, 204):
                raise CheckError(f"it answers with status {answer.status}")
            return await _all(answer.content)
    except (aiohttp.ClientError, ValueError, OSError) as error:
        raise CheckError(f"the request has failed: {_reason(error)}") from error


def _body(document: Iterator[bytes]) -> bytes | AsyncIterator[bytes]:
    held = bytearray()
    for piece in document:
        held += piece
        if len(held) > WHOLE:
            return _pieces(chain([bytes(held)], document))
    return bytes(held)


async def _pieces(document: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in document:
        yield piece
        await asyncio.sleep(0)


async def _all(content: aiohttp.StreamReader) -> bytes:
    held = bytearray()
    async for chunk in content.iter_any():
        held += chunk
        if len(held) > MOST_OUTPUT:
            raise CheckError(f"it answers more than {MOST_OUTPUT:,} bytes")
    return bytes(held)


def _reason(error: Exception) -> str:
    """Without the request: its headers hold secrets."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{error.host}:{error.port} cannot be reached ({error.os_error.strerror})"
    return type(error).__name__
