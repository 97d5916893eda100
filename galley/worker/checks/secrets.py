"""What only a check may know: texts and secrets of the settings, read when it is asked."""

import asyncio
from collections.abc import Mapping

from galley.worker.checks.trouble import CheckError
from sources.secrets import SecretError, SecretRef


async def revealed(values: Mapping[str, str | SecretRef]) -> dict[str, str]:
    """The texts themselves; never to be logged or shown.

    Raises:
        CheckError: one is not where the settings say.
    """
    return {name: await _text(value) for name, value in values.items()}


async def _text(value: str | SecretRef) -> str:
    if isinstance(value, str):
        return value
    try:
        return await asyncio.to_thread(value.read)
    except SecretError as error:
        raise CheckError(str(error)) from error
