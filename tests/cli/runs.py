"""Runs on record, made as `run` makes them."""

from __future__ import annotations

import os

from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.services import secrets
from infsh_secrets.services.use_records import note_run
from infsh_secrets.services.workspace import Workspace


def run(*keys, program="python", manifest="", status=0, environment=None):
    """Put a run on record that was given these secrets; without a status it has not ended."""
    settings = Settings(Options(environment=environment), os.environ)
    with Workspace(settings) as workspace:
        given = [secrets.read(workspace, key) for key in keys]
        record = note_run(workspace, given, str(manifest), program)
    if status is not None:
        record.ended(status)
