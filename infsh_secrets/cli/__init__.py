"""The command line: options in, one renderer out; no logic of its own."""
