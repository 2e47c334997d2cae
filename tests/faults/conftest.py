"""A damaged vault to begin with, and the counts of the proofs for the end of a run."""

import os

import pytest
import support


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample", numbered=True)
    return support.Sample(os.path.join(folder, "vault", "s.vault"))


@pytest.fixture
def report(record_property):
    """Tell what was proved, in a line that is printed at the end of the run."""
    return lambda line: record_property("proof", line)
