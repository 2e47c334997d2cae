from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import recipe_wheels
from ci_runner import machine
from machine_root import make_root
from recipe_vault import follow_vault_recipe

sys.path.append(str(Path(__file__).parents[1] / "server"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The folder with this project's wheel."""
    folder = recipe_wheels.shared(tmp_path_factory, "recipe-wheel")
    with recipe_wheels.once(folder) as missing:
        if missing:
            recipe_wheels.build_wheel(folder)
    return folder


@pytest.fixture
def python_path(tmp_path):
    """The bin folder of a fresh Python, without this project."""
    return recipe_wheels.make_python(tmp_path / "python", tmp_path / "libraries")


@pytest.fixture
def runner(tmp_path, python_path, wheel):
    """The environment of a CI machine on which nothing but Python is installed."""
    return machine(tmp_path / "machine-home", python_path, **recipe_wheels.offline(wheel))


@pytest.fixture
def checkout(tmp_path, own_home):
    """A repository in which the recipe for vaults was followed, with modes as git makes them."""
    folder = tmp_path / "repository"
    folder.mkdir()
    made = follow_vault_recipe(folder, own_home, tmp_path / "tools")
    for path in folder.iterdir():
        path.chmod(0o644)
    return made


@pytest.fixture(scope="session")
def machine_folder(tmp_path_factory):
    """A root file system with a shell and Python, in `root`, and in `wheels` all that pip needs."""
    folder = recipe_wheels.shared(tmp_path_factory, "recipe-machine")
    with recipe_wheels.once(folder) as missing:
        if missing:
            make_root(folder / "root")
            recipe_wheels.build_wheel(folder / "wheels")
            for distribution in recipe_wheels.needed():
                recipe_wheels.packed(distribution, folder / "wheels")
    return folder


@pytest.fixture
def emptied_home(checkout, own_home):
    """Nothing of the developer's is on the machine that follows."""
    shutil.rmtree(own_home)
    own_home.mkdir()
    return own_home
