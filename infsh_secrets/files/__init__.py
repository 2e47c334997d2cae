"""Files that only their owner may read, from the first byte on."""
