"""Stores behind HTTP. Only `http` imports httpx."""
