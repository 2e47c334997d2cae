"""What several tests of commands expect."""

from __future__ import annotations

FIELDS = [
    "key",
    "masked_value",
    "description",
    "metadata",
    "environment",
    "team",
    "store",
    "version",
    "fingerprint",
    "created_at",
    "updated_at",
    "expires_at",
    "last_used_at",
    "deleted_at",
]
HIDDEN = "hunter2-hunter2"
