"""Probes, metrics and the page at the address itself."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from galley.protocol.results import CommitStatusResult


async def test_readiness_follows_the_channels(backend: Any, serve: Any, http: Any) -> None:
    """One channel that is not ready is enough; a service without channels is not ready."""
    async with serve(backend) as address:
        for add, status in ((None, 503), (True, 200), (False, 503)):
            if add is not None:
                backend.add(f"channel-{add}".lower(), ready=add)
            async with http.get(address + "/readyz") as answer:
                assert answer.status == status
        async with http.get(address + "/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")


async def scrape(service: Any) -> dict[str, list[Any]]:
    async with service.get("/metrics") as answer:
        text = await answer.text()
    found: dict[str, list[Any]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


async def test_metrics_tell_channels_sources_and_subscribers(service: Any) -> None:
    found = await scrape(service)

    (version,) = found["galley_channel_version"]
    assert (version.labels, version.value) == ({"channel": "default"}, 3)
    (synced,) = found["galley_source_synced"]
    assert (synced.labels, synced.value) == ({"channel": "default", "source": "files"}, 1)
    states = {each.labels["state"]: each.value for each in found["galley_subscribers"]}
    named = ("synced", "pending", "nacked", "diverged", "oversize", "stale", "gone")
    assert states == dict.fromkeys(named, 0)


async def test_metrics_tell_whether_forges_are_told(service: Any, backend: Any) -> None:
    (source,) = backend.states[0].sources
    source.commit_status = CommitStatusResult(waiting=2, told=5, failed=3, given_up=1)
    found = await scrape(service)

    assert [each.value for each in found["galley_commit_status_waiting"]] == [2]
    counted = {each.labels["outcome"]: each.value for each in found["galley_commit_status_total"]}
    assert counted == {"told": 5, "failed": 3, "given_up": 1, "dropped": 0}


async def test_requests_are_counted_by_route_and_not_by_path(service: Any) -> None:
    """Paths that do not exist, and made-up channels, add no labels."""
    for path in ("/nothing", "/a/b/c", "/api/v1/channels/x1", "/api/v1/channels/x2"):
        async with service.get(path) as answer:
            assert answer.status == 404
    found = (await scrape(service))["galley_http_requests_total"]

    counted = {(each.labels["route"], each.labels["status"]): each.value for each in found}
    assert counted == {("none", "4xx"): 2, ("/api/v1/channels/{channel}", "4xx"): 2}


async def test_the_stall_of_the_loop_is_measured(service: Any) -> None:
    """The timer turns from the start."""
    assert (await scrape(service))["galley_loop_stall_seconds_count"]


async def test_the_page_is_escaped_and_has_no_script(backend: Any, serve: Any, http: Any) -> None:
    backend.add("mesh", problem='<script>alert("x")</script>', state="down", ready=False)
    async with serve(backend) as address, http.get(address + "/") as answer:
        page = await answer.text()

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
