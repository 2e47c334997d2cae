"""Keep API keys in an encrypted vault and give each AI app exactly the secrets it declares."""

__version__ = "0.1.0"

core_limit: tuple[int, int] | None = None
"""The limit of core files that our caller had, once ours is lowered; a child gets it back."""
