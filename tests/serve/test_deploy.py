"""The Dockerfile, the compose file and the manifests: they hold together, and their command runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.root import COMMANDS
from reconciler.sandbox.world import World
from reconciler.serve.service import ENDING
from tests.support import repositories
from tests.support.company import PATH, SETTINGS
from tests.support.resident import resident
from tests.support.sabotage import ROOT, Front, fronted

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
KUBERNETES = ROOT / "deploy" / "kubernetes"
HEALTH = 9464
NOW = datetime.now(UTC).replace(microsecond=0)


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with its words."""
    lines = (line for line in DOCKERFILE.replace("\\\n", " ").splitlines() if line and line[0] != "#")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def last_stage() -> dict[str, str]:
    """The instructions of the image that is shipped; the last of each kind."""
    found = instructions()
    begin = max(number for number, (word, _) in enumerate(found) if word == "FROM")
    return dict(found[begin:])


def command() -> list[str]:
    """What the image runs."""
    stage = last_stage()
    return [*json.loads(stage["ENTRYPOINT"]), *json.loads(stage["CMD"])]


def manifests() -> dict[str, Any]:
    """Every Kubernetes object by its kind."""
    documents = [
        one
        for path in sorted(KUBERNETES.glob("*.yaml"))
        for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    return {one["kind"]: one for one in documents}


def pod() -> dict[str, Any]:
    found: dict[str, Any] = manifests()["StatefulSet"]["spec"]["template"]["spec"]
    return found


def container() -> dict[str, Any]:
    [only] = pod()["containers"]
    assert isinstance(only, dict)
    return only


def test_what_the_image_is_built_from_is_there_and_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            for source in shlex.split(rest)[:-1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in ignored


def test_the_image_is_run_by_nobody_in_particular_and_has_nothing_to_build_with() -> None:
    stage = last_stage()
    user, _, _ = stage["USER"].partition(":")
    assert int(user) > 0
    installed = stage["RUN"]
    assert not any(tool in installed for tool in ("gcc", "build-essential", "pip install", "curl"))
    assert "pip uninstall" in installed
    assert json.loads(stage["HEALTHCHECK"].partition("CMD ")[2])[0] == "python"
    assert f":{HEALTH}/healthz" in stage["HEALTHCHECK"]


def test_the_manifests_run_what_the_image_runs() -> None:
    assert command() == ["reconciler", *container()["args"]]
    assert command()[3] in COMMANDS
    assert pod()["securityContext"]["runAsUser"] == int(last_stage()["USER"].partition(":")[0])


def test_there_are_two_or_more_and_one_stays() -> None:
    found = manifests()
    assert found["StatefulSet"]["spec"]["replicas"] >= 2
    assert found["PodDisruptionBudget"]["spec"]["minAvailable"] >= 1
    labels = found["StatefulSet"]["spec"]["template"]["metadata"]["labels"]
    for kind in ("StatefulSet", "PodDisruptionBudget"):
        assert found[kind]["spec"]["selector"]["matchLabels"] == labels
    assert found["Service"]["spec"]["selector"] == labels
    assert found["StatefulSet"]["spec"]["serviceName"] == found["Service"]["metadata"]["name"]


def test_probes_ask_the_port_that_is_served_and_paths_that_there_are() -> None:
    ports = {one["name"]: one["containerPort"] for one in container()["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container()[probe]["httpGet"]
        assert (ports[asked["port"]], asked["path"] in ("/healthz", "/readyz")) == (HEALTH, True)
    assert container()["args"][-1] == f"0.0.0.0:{HEALTH}"


def test_nothing_is_killed_before_it_had_its_time_to_end() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    [service] = compose["services"].values()
    assert pod()["terminationGracePeriodSeconds"] > ENDING
    assert int(service["stop_grace_period"].removesuffix("s")) > ENDING
    assert service["volumes"] == ["data:/data"]
    assert "data" in compose["volumes"]
    assert container()["volumeMounts"][0] == {"name": "data", "mountPath": "/data"}


def test_every_resource_is_listed_and_every_volume_is_there() -> None:
    listed = manifests()["Kustomization"]["resources"]
    there = {path.name for path in KUBERNETES.glob("*.yaml")}
    assert {*listed, "kustomization.yaml", "secret.example.yaml"} == there
    volumes = {one["name"] for one in pod()["volumes"]}
    claims = {one["metadata"]["name"] for one in manifests()["StatefulSet"]["spec"]["volumeClaimTemplates"]}
    assert {one["name"] for one in container()["volumeMounts"]} == volumes | claims


@pytest.fixture
def front() -> Iterator[Front]:
    with fronted(World.example(lambda: datetime.now(UTC))) as made:
        yield made


def test_the_image_s_command_clones_reconciles_and_ends(front: Front, tmp_path: Path) -> None:
    """As a plain process, with another folder and any free port."""
    hub = repositories.remote(tmp_path, {"reconciler.yaml": SETTINGS}, at=NOW - timedelta(days=30))
    ana = hub.clone("ana")
    declared = f"title: Down\nseverity: sev1\nstatus: investigating\ndeclared_at: {NOW:%Y-%m-%dT%H:%M:%SZ}\n"
    ana.commit({PATH: declared}, at=NOW)
    ana.push()
    _, dash, folder, *more = command()
    assert (dash, folder, more[-1]) == ("-C", "/data/incidents", f"0.0.0.0:{HEALTH}")
    given = more[1:-2]
    assert given == ["--log", "json"]
    data = tmp_path / "data" / "incidents"
    with resident(front, data, *given, env={"RECONCILER_CLONE": hub.url}) as one:
        one.until(lambda: one.turns)
        assert one.asked("readyz")[0] == 200
        assert one.stop()[0] == 0
    assert front.made["POST /incidents"] == 1
    assert (data / "reconciler.yaml").is_file()
