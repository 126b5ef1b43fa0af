"""What can be known about the containers by reading: no container engine is needed for these."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "live", "worker", "beat", "backup")


def test_every_program_of_an_instance_is_there() -> None:
    assert set(SERVICES) == {"proxy", "migrate", "web", "live", "worker", "beat", "backup", "postgres", "redis"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_restarted_and_not_root(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]
    assert service["restart"] in {"unless-stopped", "on-failure"}
    assert str(service["user"]).split(":")[0] not in {"0", "root"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_only_the_one_that_ends_by_itself_goes_unwatched() -> None:
    assert [name for name, service in SERVICES.items() if service["healthcheck"].get("disable")] == ["migrate"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert {name for name, service in SERVICES.items() if service["networks"] == ["inside"]} == {"postgres", "redis"}
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_no_secret_is_written_in_the_file() -> None:
    for name in OURS:
        environment = SERVICES[name]["environment"]
        secrets = {key: value for key, value in environment.items() if re.search(r"PASSWORD|SECRET|PRIVATE|API_KEY", key)}
        assert all(key.endswith("_FILE") and value.startswith("/run/secrets/") for key, value in secrets.items())


def test_every_secret_named_anywhere_is_a_file_and_in_the_guide() -> None:
    guide = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for name in OURS:
        files = {Path(value).name for value in SERVICES[name]["environment"].values() if str(value).startswith("/run/secrets/")}
        assert files == set(SERVICES[name]["secrets"])
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert name in guide


def test_volumes_and_images_match() -> None:
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
    stages = re.findall(r"^FROM \S+ AS (\w+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {service["build"]["target"] for service in SERVICES.values() if "build" in service} <= set(stages)


def test_the_proxy_sends_live_streams_to_live_unbuffered() -> None:
    caddyfile = COMPOSE["configs"]["caddyfile"]["content"]
    assert "@live path /live/* /centrifugo/*" in caddyfile
    assert "reverse_proxy @live live:8001 {\n    flush_interval -1" in caddyfile
    assert "reverse_proxy web:8000" in caddyfile


def test_every_setting_handed_to_the_containers_is_one_we_read() -> None:
    source = (ROOT / "coopdelivery" / "settings.py").read_text(encoding="utf-8") + (ROOT / "coopdelivery" / "env.py").read_text(
        encoding="utf-8"
    )
    names = {key.removesuffix("_FILE") for key in SERVICES["web"]["environment"]}
    assert {name for name in names if f'"{name}"' not in source} == set()


def test_the_image_installs_from_the_lock_with_hashes_and_ends_as_a_user() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    run = dockerfile.split("AS run")[1].split("FROM caddy")[0]
    assert "--require-hashes" in dockerfile
    assert run.rindex("USER coop") > run.rindex("RUN ")
    assert "HEALTHCHECK" in run


def test_the_files_an_image_needs_are_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert not {"coopdelivery", "collectives", "orders", "dispatch", "federation", "templates", "static", "bin", "requirements.lock"} & set(
        ignored
    )
    assert {"secrets", ".git", "var", ".venv"} <= set(ignored)


def test_the_styles_collect_as_in_the_image(tmp_path: Path) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SECRET_KEY": "only-while-collecting",
        "DATA_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
    }
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"]
    answer = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()


def test_the_probe_fails_where_nothing_listens() -> None:
    for target in ("http://127.0.0.1:1/health/", "127.0.0.1:1"):
        assert subprocess.run([sys.executable, "bin/probe", target], cwd=ROOT, check=False).returncode == 1
