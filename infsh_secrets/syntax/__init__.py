"""Text of others taken apart: YAML as nodes that know their lines."""
