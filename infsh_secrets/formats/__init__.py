"""Files of secrets: reading what other programs read, and writing what they will read the same."""
