"""What is deployed names services, settings, files and switches that exist; no container engine is needed to see it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from stream_app.cli.commands import COMMANDS
from stream_app.embedded.triton_package import packaged_triton
from stream_app.settings import Settings

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "docker-compose.yml"
GPU = ROOT / "deploy" / "compose" / "gpu.yml"
COMPOSE_FILES = (MAIN, *sorted((ROOT / "deploy" / "compose").glob("*.yml")))
DOCKERFILES = sorted((ROOT / "deploy" / "docker").glob("*.Dockerfile"))
EXAMPLE = ROOT / "deploy" / "worker.env.example"
TEXTS = (*COMPOSE_FILES, *DOCKERFILES, EXAMPLE)
PREFIX = "STREAM_APP_"


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def services(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load(path)["services"]
    return found


def check_settings(given: Mapping[str, str]) -> None:
    """Every setting exists, and takes the value that it is given."""
    values = {name.removeprefix(PREFIX).lower(): value for name, value in given.items()}
    assert values.keys() <= Settings.model_fields.keys()
    Settings(_env_file=None, **values)


def environments() -> Iterator[Mapping[str, str]]:
    for path in COMPOSE_FILES:
        for service in services(path).values():
            given = service.get("environment", {})
            yield {name: value for name, value in given.items() if name.startswith(PREFIX)}


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=relative)
def test_file_is_valid_by_the_compose_specification(path: Path) -> None:
    parsed = PyCompose.from_json(json.dumps(load(path)))
    assert set(parsed.service_names()) == set(services(path))


@pytest.mark.parametrize("path", TEXTS, ids=relative)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(rf"\b{PREFIX}([A-Z_]+)\b", path.read_text(encoding="utf-8")))
    assert {name.lower() for name in named} <= Settings.model_fields.keys()


def test_settings_of_the_services_take_their_values() -> None:
    given = [environment for environment in environments() if environment]
    assert given
    for environment in given:
        check_settings(environment)


def test_example_of_settings_takes_its_values() -> None:
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    check_settings(dict(line.split("=", 1) for line in lines))


def test_addresses_are_those_of_services_on_ports_that_they_listen_on() -> None:
    worker = services(MAIN)["worker"]["environment"]
    kafka = services(MAIN)["kafka"]["environment"]
    assert f"INSIDE://{worker['STREAM_APP_KAFKA_BROKERS']}" in kafka["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert worker["STREAM_APP_REDIS_URL"] == "redis://valkey:6379/0"
    assert worker["STREAM_APP_TRITON_URL"] == "triton:8001"


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=relative)
def test_what_a_service_waits_for_exists_and_can_come_true(path: Path) -> None:
    everything = services(path)
    for service in everything.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert name in everything
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in everything[name]
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert "unless-stopped" not in everything[name]["restart"], "it would never be completed"


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=relative)
def test_commands_of_our_image_exist(path: Path) -> None:
    for service in services(path).values():
        if service.get("image") == "stream-app-worker":
            assert service["command"][0] in COMMANDS


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=relative)
def test_our_image_is_not_the_first_process_of_its_container(path: Path) -> None:
    """The first process takes no signal that it does not handle yet: a stop would wait, and then kill."""
    for service in services(path).values():
        if service.get("image") == "stream-app-worker":
            assert service["init"] is True


def test_override_changes_services_that_exist() -> None:
    assert services(GPU).keys() <= services(MAIN).keys()


def test_nothing_is_published_beyond_loopback() -> None:
    ports = [port for service in services(MAIN).values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_volumes_that_are_used_are_declared_or_folders() -> None:
    declared = load(MAIN)["volumes"].keys()
    used = {volume.split(":")[0] for service in services(MAIN).values() for volume in service.get("volumes", [])}
    assert declared <= used
    assert all((ROOT / name).is_dir() for name in used - declared)


def test_images_of_others_have_a_version() -> None:
    images = [service["image"] for service in services(MAIN).values() if "build" not in service]
    images += [line.split()[1] for path in DOCKERFILES for line in instructions(path, "FROM")]
    assert images
    assert all(re.search(r":[0-9]+\.[0-9]+", image) for image in images)


def instructions(path: Path, name: str) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(f"{name} ")]


@pytest.mark.parametrize("path", DOCKERFILES, ids=relative)
def test_files_that_an_image_copies_exist_and_are_sent_to_the_engine(path: Path) -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [word for line in instructions(path, "COPY") if "--from" not in line for word in shlex.split(line)[1:-1]]
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert name in sent


def test_dockerfiles_of_the_services_exist() -> None:
    builds = [service["build"] for path in COMPOSE_FILES for service in services(path).values() if "build" in service]
    assert {ROOT / build["dockerfile"] for build in builds} == set(DOCKERFILES)


def test_configuration_of_the_gpu_exists_in_the_model_repository() -> None:
    names = [word.split("=")[1] for word in services(GPU)["triton"]["command"] if "--model-config-name" in word]
    assert len(names) == 1
    assert list((ROOT / "model_repo").glob(f"*/configs/{names[0]}.pbtxt"))


def test_switches_of_triton_exist(tmp_path: Path) -> None:
    triton = packaged_triton(tmp_path)
    asked = subprocess.run(
        [*triton.command, "--help"], env=triton.environment, capture_output=True, text=True, check=False
    )
    known = set(re.findall(r"^\s+(--[a-z-]+)", asked.stdout + asked.stderr, re.MULTILINE))
    for path in (MAIN, GPU):
        words = services(path)["triton"]["command"]
        assert words[0] == "tritonserver"
        assert {word.split("=")[0] for word in words[1:]} <= known
