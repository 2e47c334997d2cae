"""Keep API keys in an encrypted vault and give each AI app exactly the secrets it declares."""

__version__ = "0.1.0"
