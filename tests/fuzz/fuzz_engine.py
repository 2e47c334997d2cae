"""Runs one target in this process, under libFuzzer: `fuzz_engine.py TARGET [its options]`."""

from __future__ import annotations

import sys

import atheris


def main() -> None:
    """Instrument the package, then feed the target until libFuzzer ends the process."""
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["infsh_secrets"]):
        from fuzz_targets import TARGETS

        target = TARGETS[name]
        for seed in target.seeds:  # what the package imports late is instrumented as well
            target.function(seed)
    atheris.Setup([sys.argv[0], *options], target.function)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
