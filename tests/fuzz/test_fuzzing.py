"""A short run of each target; `python tests/fuzz` does the long ones."""

from __future__ import annotations

import pytest
from fuzz_targets import TARGETS

RUNS = 1500


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_keeps_its_promises_on_what_it_begins_with(name):
    for seed in TARGETS[name].seeds:
        TARGETS[name].function(seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_keeps_its_promises_on_inputs_of_a_fuzzer(name, tmp_path, record_property):
    pytest.importorskip("atheris", reason="the fuzzer is not installed on this system")
    from fuzz_runs import run

    ran = run(name, TARGETS[name], RUNS, seed=1, keep=str(tmp_path))
    assert not ran.problem, ran.problem
    assert ran.inputs >= RUNS
    record_property("proof", f"fuzzing {name}: {ran.inputs} inputs, 0 uncaught")
