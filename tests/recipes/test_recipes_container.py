"""The image of the README is built and run, and nothing secret is in its layers or its logs.

There is no engine here: buildah builds, and what runs is a process with the image as its root, its
user, its environment and process numbers of its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from types import SimpleNamespace

import pytest
import yaml
from recipe_images import Images, found_in_layers, started
from recipe_text import GOT, SHOWN, VALUE, recipe, write_app
from recipe_vault import follow_vault_recipe

PATIENCE = 120
USER = 10001

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("buildah") and os.geteuid() == 0), reason="needs buildah, and root"
    ),
]


@pytest.fixture
def built(tmp_path, machine_folder):
    """The image `app`, built by the README's own command."""
    folder = tmp_path
    project = folder / "project"
    project.mkdir()
    checkout = follow_vault_recipe(project, folder, folder / "tools")
    write_app(project, "app.py")
    (project / "Dockerfile").write_text(recipe("docker"))
    images = Images(folder / "images", machine_folder)
    try:
        yield SimpleNamespace(images=images, log=build(project, images, folder), key=checkout.key)
    finally:
        images.close()


def build(project, images, folder):
    images.docker(folder / "tools")
    done = subprocess.run(
        ["/bin/sh", "-ec", recipe("docker-build")],
        env={"PATH": f"{folder}/tools:{os.environ['PATH']}", "HOME": str(folder)},
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def docker_run(built, folder, *arguments, **more):
    line, environ = started(built.images.configuration("app"), folder, *arguments, **more)
    done = subprocess.run(
        line,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout


def give_key(built, folder, mode=0o444, owner=0):
    """What compose does with a secret of the environment: root's, and readable."""
    path = f"{folder}/run/secrets/vault-key"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(built.key)
    os.chmod(path, mode)
    os.chown(path, owner, owner)


def the_build_has_the_secret_and_keeps_nothing(built):
    assert f"{GOT} --self-test" in built.log
    assert built.log.count(SHOWN) == 2
    assert VALUE not in built.log
    assert built.key not in built.log
    layers = built.images.export("app")
    assert found_in_layers(layers, VALUE.encode(), built.key.encode()) == []
    assert "app/ci.vault" in found_in_layers(layers, b"SQLite format 3\0")  # it does look inside


def it_runs_as_nobody_in_particular(built):
    configuration = built.images.configuration("app")
    assert configuration["User"] == str(USER)
    assert not [entry for entry in configuration["Env"] if "INFSHKEY" in entry or VALUE in entry]


def a_service_of_compose(built, container):
    service = yaml.safe_load(recipe("compose"))["services"]["app"]
    assert service["secrets"] == service["build"]["secrets"] == ["vault-key"]
    give_key(built, container)
    status, log = docker_run(built, container)
    assert status == 0, log
    assert f"{GOT}\n" in log
    assert log.count(SHOWN) == 2
    assert VALUE not in log
    assert "variables []" in log


def a_key_may_be_for_this_user_alone(built, container):
    give_key(built, container, 0o400, USER)
    assert docker_run(built, container, "sh", "-c", "exit 9") == (9, "")
    give_key(built, container, 0o400)
    status, log = docker_run(built, container, "sh", "-c", "exit 9")
    assert status == 125
    assert "vault-key cannot be used: Permission denied" in log


def without_a_key_nothing_starts(built, container):
    status, log = docker_run(built, container)
    assert status == 125
    assert "There is no key file at /run/secrets/vault-key" in log
    assert GOT not in log


def the_key_may_be_a_variable(built, container):
    status, log = docker_run(built, container, INFSH_VAULT_KEY=built.key)
    assert status == 0, log
    assert GOT in log
    assert "variables []" in log


def a_container_is_stopped(built, container):
    give_key(built, container)
    script = 'trap "echo stopping; exit 3" TERM; echo ready; while :; do sleep 0.1; done'
    configuration = built.images.configuration("app")
    line, environ = started(configuration, container, "sh", "-c", script)
    process = subprocess.Popen(
        line, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "ready\n"
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGTERM)
        shown, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, shown) == (3, "stopping\n")


def a_pod_of_kubernetes(built, container):
    pod = yaml.safe_load(recipe("kubernetes"))["spec"]
    (app,) = pod["containers"]
    (mount,) = app["volumeMounts"]
    (volume,) = pod["volumes"]
    assert mount["name"] == volume["name"]
    # The kubelet's volume: a sticky folder, links, and files of the group that the pod names.
    folder = f"{container}{mount['mountPath']}"
    held = f"{folder}/..2026_11_22_10_00_00.1"
    group = pod["securityContext"]["fsGroup"]
    os.makedirs(held)
    path = f"{held}/vault-key"
    with open(path, "w", encoding="ascii") as file:
        file.write(built.key)
    os.chown(path, 0, group)
    os.chmod(path, volume["secret"]["defaultMode"])
    os.chown(held, 0, group)
    os.chmod(held, 0o2755)
    os.chmod(folder, 0o3777)
    os.symlink(os.path.basename(held), f"{folder}/..data")
    os.symlink("..data/vault-key", f"{folder}/vault-key")
    assert pod["securityContext"]["runAsUser"] == USER
    variables = {entry["name"]: entry["value"] for entry in app["env"]}
    status, log = docker_run(built, container, groups=group, **variables)
    assert status == 0, log
    assert GOT in log
    assert log.count(SHOWN) == 2
    assert VALUE not in log


CONTAINERS = (
    a_service_of_compose,
    a_key_may_be_for_this_user_alone,
    without_a_key_nothing_starts,
    the_key_may_be_a_variable,
    a_container_is_stopped,
    a_pod_of_kubernetes,
)


def test_the_image_and_its_containers(built):
    """All in one, since the image takes long to build."""
    the_build_has_the_secret_and_keeps_nothing(built)
    it_runs_as_nobody_in_particular(built)
    for check in CONTAINERS:
        with built.images.container("app") as container:
            check(built, container)
