"""The console scripts."""

from __future__ import annotations


def main() -> None:
    """Run `infsh`."""


def main_secrets() -> None:
    """Run `infsh-secrets`."""
