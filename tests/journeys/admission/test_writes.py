"""What a cluster is told about a write, by a real API server that asks."""

from typing import Any

from tests.cluster.server import GROUP
from tests.journeys.admission.conftest import THINGS, Said, Writer
from tests.journeys.conftest import Service, eventually

MERGE = "application/merge-patch+json"
INGRESS = "networking.k8s.io/Ingress"
TO_A_SERVICE = (f"{GROUP}/Thing", "core/Service", INGRESS)


async def test_what_breaks_a_policy_is_refused(admitting: Any, writer: Writer) -> None:
    await admitting()

    said = await writer.put("a", bad=1)

    assert said.status == 422
    assert "bad is not allowed (GAL0501)" in said.message
    assert (await writer.put("a", good=1)).taken
    assert not (await writer.put("a", good=1, bad=1)).taken


async def test_a_dry_run_is_judged_and_counted_apart(admitting: Any, writer: Writer) -> None:
    service = await admitting()

    assert not (await writer.put("a", bad=1, dry_run=True)).taken
    assert (await writer.put("a", dry_run=True)).taken

    said = (await service.ask("GET", "/metrics")).body.decode()
    assert 'outcome="dry_run_admitted",source="cluster"} 1.0' in said
    assert 'outcome="refused"' not in said


async def test_an_update_that_brings_nothing_new_is_taken_with_a_warning(
    admitting: Any, writer: Writer
) -> None:
    assert (await writer.put("a", bad=1)).taken
    await admitting()

    said = await writer.put("a", bad=1, other=2)

    assert said.taken
    assert [each for each in said.warnings if "bad is not allowed (GAL0501)" in each]


async def test_what_is_wrong_can_be_deleted(admitting: Any, writer: Writer) -> None:
    """Also where only a finalizer keeps it, which somebody takes away by an update."""
    await writer.put("a", bad=1)
    await writer.put("b", bad=1)
    path = f"{THINGS.format(writer.namespace)}/b"
    kept = {"metadata": {"finalizers": ["example.com/kept"]}}
    assert (await writer.ask("PATCH", path, kept, MERGE)).taken
    await admitting()

    assert (await writer.delete("a")).taken
    assert (await writer.delete("b")).taken
    said = await writer.ask("PATCH", path, {"metadata": {"finalizers": None}}, MERGE)

    assert said.taken
    assert not said.warnings


async def test_other_namespaces_are_nobodys_business(admitting: Any, writer: Writer) -> None:
    await admitting()

    assert (await writer.put("a", namespace="default", bad=1)).taken


async def test_what_leads_nowhere_is_told_and_taken(admitting: Any, writer: Writer) -> None:
    service = await admitting(TO_A_SERVICE)
    await create_service(writer, "there")
    await eventually(lambda: knows(service, "there"))

    said = await create_ingress(writer, "a", "nowhere")

    assert said.taken
    (warning,) = said.warnings
    assert "nowhere" in warning
    assert "GAL0601" in warning or "GAL0603" in warning
    assert not (await create_ingress(writer, "b", "there")).warnings


async def test_what_leads_nowhere_is_refused_where_its_code_is_set_to(
    admitting: Any, writer: Writer
) -> None:
    service = await admitting(TO_A_SERVICE, refuse=["GAL0603"])
    await create_service(writer, "there")
    await eventually(lambda: knows(service, "there"))

    assert not (await create_ingress(writer, "a", "nowhere")).taken
    assert (await create_ingress(writer, "a", "there")).taken


async def test_what_is_not_published_yet_counts(admitting: Any, writer: Writer) -> None:
    """Otherwise `kubectl apply` of two objects that belong together would warn of the second."""
    service = await admitting(TO_A_SERVICE, publish={"quiet": 60, "longest_wait": 60})
    await create_service(writer, "there")
    await create_service(writer, "soon")

    async def pending() -> bool:
        return bool((await service.get(""))["pending"] >= 2)

    await eventually(pending)
    assert (await service.get(""))["resources"] == 0

    assert not (await create_ingress(writer, "a", "soon")).warnings
    assert (await create_ingress(writer, "b", "nowhere")).warnings


async def knows(service: Service, name: str) -> bool:
    return name in await service.names()


async def create_service(writer: Writer, name: str) -> None:
    body = {"metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}
    path = f"/api/v1/namespaces/{writer.namespace}/services"
    assert (await writer.ask("POST", path, body)).taken


async def create_ingress(writer: Writer, name: str, service: str) -> Said:
    backend = {"service": {"name": service, "port": {"number": 80}}}
    body = {"metadata": {"name": name}, "spec": {"defaultBackend": backend}}
    path = f"/apis/networking.k8s.io/v1/namespaces/{writer.namespace}/ingresses"
    return await writer.ask("POST", path, body)
