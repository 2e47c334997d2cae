"""What `scan` has found as SARIF 2.1.0, the OASIS format that code scanning services read."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from infsh_secrets import __version__
from infsh_secrets.domain.sanitize import sanitize, sanitize_json

if TYPE_CHECKING:
    from infsh_secrets.domain.scan_results import Leak, ScanResult

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULE = "secret-outside-vault"


def as_sarif(result: ScanResult) -> str:
    """Return a log of one run; it names secrets and places and has no value.

    Places are relative to the folder that was searched from; columns count Unicode code points.
    """
    run = {
        "tool": {
            "driver": {
                "name": "infsh-secrets",
                "version": __version__,
                "rules": [
                    {
                        "id": _RULE,
                        "shortDescription": {"text": "A secret of the vault stands here."},
                        "help": {
                            "text": "Replace the secret where it was issued, store the new one "
                            "with `infsh secrets set`, and take it out of the file."
                        },
                        "defaultConfiguration": {"level": "error"},
                    }
                ],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not result.unread,
                "exitCode": result.exit_status,
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {
                            "text": sanitize(f"Could not be read: {one.path}: {one.reason}.")
                        },
                    }
                    for one in result.unread
                ],
            }
        ],
        "results": [_result(leak) for leak in result.leaks],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return sanitize_json(json.dumps(log, indent=2) + "\n")


def _result(leak: Leak) -> dict[str, Any]:
    where = f" in {', '.join(leak.environments)}"
    found: dict[str, Any] = {
        "ruleId": _RULE,
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": f"The secret {leak.key}{where} stands here ({leak.form})."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(leak.path)},
                    "region": {"startLine": leak.line, "startColumn": leak.column},
                }
            }
        ],
        "properties": {"key": leak.key, "form": leak.form},
    }
    if leak.commit:
        found["properties"]["commit"] = leak.commit
    return found


def _uri(path: str) -> str:
    quoted = quote(os.fsencode(path))
    return f"file://{quoted}" if os.path.isabs(path) else quoted
