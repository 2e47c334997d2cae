"""Where the key of a vault comes from."""
