"""A program that does what `run` does with a command, and nothing else."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__)))))

from infsh_secrets.domain.errors import InfshError
from infsh_secrets.entry import _harden
from infsh_secrets.execution.child import replace_process, run_child
from infsh_secrets.execution.redact import Redactor
from infsh_secrets.files.streams import fill_missing_descriptors

SECRETS = [("API_KEY", b"a-made-up-value-to-be-hidden")]


def main(words):
    bare = words[0] == "--bare"
    if words[0] == "--replace":
        replace_process(words[1:], os.environ)
    return run_child(words[bare:], os.environ, None if bare else Redactor(SECRETS))


fill_missing_descriptors()
_harden()
try:
    status = main(sys.argv[1:])
except InfshError as error:
    os.write(2, f"error: {error.message} {error.hint}\n".encode())
    status = error.exit_status
except BrokenPipeError:
    status = 0
os._exit(status)
