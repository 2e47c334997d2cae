"""All cryptography of the vault, and nothing else; FORMAT.md beside this file is its text."""
