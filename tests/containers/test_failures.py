"""Containers that crash, are stopped, replaced and removed while patients write: nothing that was answered is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.containers.compose import IMAGE, Containers
from tests.load.patients import Patient, Ward
from tests.waiting import eventually

PATIENTS = 4
#: The bar: seconds that a user waits at most after one server was killed.
LONGEST = 12.0
#: Seconds for which a part is stopped.
DOWN = 5.0
#: Of each service, how long it may take to end by itself: what compose.yml gives it, less what is left of it.
GRACE = 25.0
#: Parts of which there are two.
TWINS = ("rasa", "actions")


@pytest.fixture
def ward(containers: Containers) -> Ward:
    """Patients who have just arrived."""
    ward = Ward([Patient(containers.visitor()) for _ in range(PATIENTS)])
    for patient in ward.patients:
        patient.arrive()
    return ward


def talk(containers: Containers, ward: Ward, title: str, meanwhile: Callable[[], object]) -> None:
    """Lets the patients talk while something happens, and compares what is stored."""
    ward.talk(meanwhile)
    print(f"\n{ward.report(title)}")
    ward.compare(containers, "stria")
    assert "Traceback" not in containers.run("logs", "--no-color")


@pytest.mark.parametrize("service", ["rasa", "actions", "balancer", "postgres", "redis", "edge"])
def test_killed(containers: Containers, ward: Ward, service: str) -> None:
    """It is started again by its restart policy; who waits, waits for at most twelve seconds where there is a twin."""
    name = containers.names(service)[0]
    talk(containers, ward, f"{service} killed", lambda: containers.kill(name))
    if service in TWINS:
        assert ward.worst <= LONGEST
    if service == "actions":
        assert (ward.failures, ward.failed_turns) == ({}, 0)


@pytest.mark.parametrize("service", ["rasa", "actions", "balancer", "postgres", "redis", "edge", "inbox"])
def test_stopped(containers: Containers, ward: Ward, service: str) -> None:
    """It ends by itself and well within its time; patients are served by its twin, or told so and served afterwards."""
    name = containers.names(service)[0]
    took = []

    def stop() -> None:
        took.append(containers.stop(name))
        time.sleep(DOWN)
        containers.start(name)

    talk(containers, ward, f"{service} stopped", stop)
    print(f"{service} ended in {took[0]:.1f} s")
    assert took[0] < GRACE
    if service in (*TWINS, "inbox"):
        assert (ward.failures, ward.failed_turns) == ({}, 0)
    else:
        # 0: no connection, which only the edge itself refuses; 429 and 500 would be no honest answers.
        assert set(ward.failures) <= {0, 200, 503}


def test_rolling_update(containers: Containers, ward: Ward) -> None:
    """As docs/deploy.md says it: two more with the new image, then the old ones end. Nobody notices."""
    new = IMAGE.replace(":1", ":2")
    containers.docker("tag", IMAGE, new)
    old = containers.names("rasa")

    def update() -> None:
        containers.set_variables(STRIA_IMAGE=new)
        containers.run("up", "-d", "--no-deps", "--no-recreate", "--scale", "rasa=4", "rasa")
        assert len(containers.names("rasa")) == 4
        eventually(lambda: all(map(containers.is_healthy, containers.names("rasa"))), 300)
        for name in old:
            containers.docker("stop", name)
            containers.docker("rm", name)

    talk(containers, ward, "rolling update", update)
    left = containers.names("rasa")
    assert len(left) == 2
    assert not set(left) & set(old)
    assert {containers.inspect(name, "{{.Config.Image}}") for name in left} == {new}
    assert (ward.failures, ward.failed_turns) == ({}, 0)
    containers.up()


def test_what_is_kept_survives(containers: Containers) -> None:
    """Containers and networks are removed and made again: conversations and staff are still there."""
    visitor = containers.visitor()
    assert visitor.open(storage=True).status == 201
    assert visitor.say("does it hurt?").status == 200
    said = visitor.said()
    containers.run(
        "run", "--rm", "-T", "-e", "NAME=berta", "inbox", "inbox-user", stdin="a long password 1\n"
    )
    containers.run("down")
    containers.up()
    assert visitor.said() == said
    assert "berta" in containers.run("run", "--rm", "-T", "inbox", "inbox-user")


def test_a_backup_brings_all_back(containers: Containers) -> None:
    """The commands of docs/deploy.md: what a patient wrote is gone with its volume, and back with the dump."""
    visitor = containers.visitor()
    assert visitor.open(storage=True).status == 201
    assert visitor.say("does it hurt?").status == 200
    said = visitor.said()
    for database in ("stria", "stria_clinic"):
        containers.shell(
            f"docker compose exec -T postgres pg_dump -U postgres -Fc {database} > {database}.dump"
        )
    containers.close()
    containers.up("postgres")
    for database in ("stria", "stria_clinic"):
        containers.shell(
            f"docker compose exec -T postgres pg_restore -U postgres --exit-on-error -d {database} < {database}.dump"
        )
    containers.up()
    assert visitor.said() == said


def test_more_processes(containers: Containers) -> None:
    """A number in .env, then `up`: three Rasa processes, all healthy, and all are asked."""
    containers.set_variables(STRIA_RASA_PROCESSES="3")
    containers.up()
    names = containers.names("rasa")
    assert len(names) == 3
    for _ in range(12):
        visitor = containers.visitor()
        assert visitor.open().status == 201
        assert visitor.say("does it hurt?").status == 200
    asked = containers.run("logs", "--no-color", "--no-log-prefix", "edge")
    for name in names:
        networks = containers.inspect(
            name, "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
        ).split()
        assert any(f'"{address}:5005"' in asked for address in networks), name
