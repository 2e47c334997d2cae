"""Stores around another store: each is a store itself."""
