"""The way to one API server: configuration, credentials that rotate, requests.

The client's own library loads the configuration, runs exec plugins and reads the token of a service
account again every minute. What it does not renew by itself is loaded anew, whole, after a failure:
a server that no longer accepts a token, or no longer is where it was, is met with what the
kubeconfig says then.
"""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from pipeline.model.messages import kubernetes as messages
from sources.kubernetes.complaints import complaints
from sources.kubernetes.failure import AnsweredError, UnreachableError
from sources.kubernetes.selectors import Query
from sources.settings import KubernetesSettings

if TYPE_CHECKING:
    from kubernetes.aio.client import ApiClient, Configuration

log = logging.getLogger("galley.kubernetes")

_CONNECT = 10.0
"""Seconds in which a connection has to come about."""
_RENEWED_AT_MOST = 1.0
"""Seconds between two loads of the configuration: many watches fail at the same time."""
_FAREWELL = 0.05
"""Seconds that connections with TLS are given to be closed: aiohttp does not wait for them."""
_JSON = "application/json"
_APPLY = "application/apply-patch+yaml"
_SERVICE_ACCOUNT = "KUBERNETES_SERVICE_HOST"


class Access:
    """Asks one API server; `close` when done."""

    def __init__(self, settings: KubernetesSettings) -> None:
        self._settings = settings
        self._client: ApiClient | None = None
        self._outdated: list[ApiClient] = []
        """Clients whose connections are let go of when nobody asks through them any more."""
        self._users: dict[ApiClient, int] = {}
        self._loading = asyncio.Lock()
        self._loaded = 0.0
        self.host = ""
        """Address of the API server, once it is known."""

    async def close(self) -> None:
        for client in (*self._outdated, *filter(None, (self._client,))):
            await _close(client)
        self._client, self._outdated = None, []
        await asyncio.sleep(_FAREWELL)

    async def json(self, path: str, query: Query = (), accept: str = _JSON) -> Any:
        """One answer, whole.

        Raises:
            AnsweredError: it is an error.
            UnreachableError: there is none.
        """
        body = await self._read(path, query, accept)
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:  # which holds the body, and the body may hold secrets
            raise AnsweredError(200, "what it says is no JSON") from None

    async def apply(self, path: str, manifest: Mapping[str, Any], manager: str) -> None:
        """Have an object hold these fields, and none else that the manager has applied before:
        Kubernetes' server-side apply. Raises as `json` does."""
        query = (("fieldManager", manager), ("force", "true"))
        timeout = aiohttp.ClientTimeout(self._settings.timeout, sock_connect=_CONNECT)
        async with self._ask(path, query, _JSON, timeout, manifest) as response:
            await response.read()

    async def text(self, path: str) -> str:
        """One answer that people can read; raises as `json` does."""
        return (await self._read(path, (), "text/plain, */*")).decode(errors="replace")

    async def _read(self, path: str, query: Query, accept: str) -> bytes:
        timeout = aiohttp.ClientTimeout(self._settings.timeout, sock_connect=_CONNECT)
        async with self._ask(path, query, accept, timeout) as response:
            return await response.read()

    @asynccontextmanager
    async def stream(
        self, path: str, query: Query, accept: str = _JSON
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """An answer as it comes, piece by piece; `TimeoutError` if for too long nothing does.

        Raises:
            AnsweredError: it is an error.
            UnreachableError: the connection did not come about, or broke.
            TimeoutError: it was silent.
        """
        silence = self._settings.silence
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=silence)
        async with self._ask(path, query, accept, timeout) as response:
            yield response.content.iter_any()

    @asynccontextmanager
    async def _ask(
        self,
        path: str,
        query: Query,
        accept: str,
        limits: aiohttp.ClientTimeout,
        patch: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        client = await self._ready()
        self._users[client] = self._users.get(client, 0) + 1
        try:
            method, url, headers, *_ = await client.param_serialize(
                method="GET" if patch is None else "PATCH",
                resource_path=path,
                query_params=list(query),
                header_params={"Accept": accept, **({"Content-Type": _APPLY} if patch else {})},
                auth_settings=["BearerToken"],
            )
            answer = await client.call_api(method, url, headers, patch, _request_timeout=limits)
            async with answer.response as response:
                if response.status >= 400:
                    raise await self._refused(response)
                yield response
        except aiohttp.SocketTimeoutError as error:
            raise TimeoutError(str(error)) from error
        except aiohttp.ConnectionTimeoutError as error:
            raise self._unreachable("it does not answer") from error
        except TimeoutError as error:
            raise self._unreachable(f"no answer in {limits.total or _CONNECT:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise self._unreachable(str(error) or type(error).__name__) from error
        finally:
            self._users[client] -= 1
            await self._let_go()

    async def _refused(self, response: aiohttp.ClientResponse) -> Exception:
        """What an error is to us: who is asking, or what was asked."""
        said = _message(await response.read()) or response.reason or "no reason given"
        if response.status == 401:
            cluster = self._settings.cluster()
            report = messages.CREDENTIALS_REFUSED.report(cluster=cluster, problem=said)
            return UnreachableError(report)
        return AnsweredError(response.status, said)

    def _unreachable(self, problem: str) -> UnreachableError:
        problem = problem.rstrip(".")
        report = messages.CLUSTER_UNREACHABLE.report(
            cluster=self._settings.cluster(), problem=problem
        )
        return UnreachableError(report)

    # --- configuration ---

    def renew(self) -> None:
        """Load the configuration anew before the next request: the last one failed."""
        if self._client and time.monotonic() - self._loaded > _RENEWED_AT_MOST:
            self._outdated.append(self._client)
            self._client = None

    async def _let_go(self) -> None:
        for client in [each for each in self._outdated if not self._users.get(each)]:
            self._outdated.remove(client)
            self._users.pop(client, None)
            await _close(client)

    async def _ready(self) -> "ApiClient":
        async with self._loading:
            if self._client is None:
                self._client = await self._load()
                self._loaded = time.monotonic()
            return self._client

    async def _load(self) -> "ApiClient":
        # The library takes 200 ms and 20 MB, which only who asks a cluster shall pay for.
        from kubernetes.aio import client as library  # noqa: PLC0415
        from kubernetes.aio.config import load_incluster_config  # noqa: PLC0415

        configuration = library.Configuration()
        configuration.connection_pool_maxsize = 0  # each watch holds a connection
        settings = self._settings
        try:
            async with asyncio.timeout(settings.timeout):
                if self._in_cluster():
                    load_incluster_config(configuration)
                else:
                    await self._load_kubeconfig(configuration)
            client = library.ApiClient(configuration)
        except Exception as error:  # noqa: BLE001  # foreign code that reads what users wrote
            problem = str(error) or type(error).__name__
            report = messages.KUBECONFIG_UNUSABLE.report(
                cluster=settings.cluster(), problem=problem.rstrip(".")
            )
            raise UnreachableError(report) from None  # the file may hold secrets
        client.user_agent = "galley"
        self.host = str(configuration.host)
        return client

    async def _load_kubeconfig(self, configuration: "Configuration") -> None:
        from kubernetes.aio.config import load_kube_config  # noqa: PLC0415  # as above

        settings = self._settings
        with complaints() as said:
            await load_kube_config(
                config_file=str(settings.kubeconfig) if settings.kubeconfig else None,
                context=settings.context or None,
                client_configuration=configuration,
                persist_config=False,
            )
        if said and not configuration.api_key and not configuration.cert_file:
            raise RuntimeError(said[-1])

    def _in_cluster(self) -> bool:
        named = self._settings.context or self._settings.kubeconfig
        return not named and _SERVICE_ACCOUNT in os.environ


async def _close(client: "ApiClient") -> None:
    """At once: a server that is stopped or hangs would never answer TLS's farewell."""
    session = client.rest_client.pool_manager
    if session is not None and session.connector is not None:
        await session.connector.close(abort_ssl=True)
    await client.close()


def _message(body: bytes) -> str:
    """What a Status says, as part of a sentence."""
    try:
        status = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    said = status.get("message", "") if isinstance(status, dict) else ""
    return str(said)[:500].rstrip(".")
