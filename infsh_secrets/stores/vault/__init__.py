"""The local encrypted vault: one SQLite file a team, format 1 (see crypto/FORMAT.md)."""
