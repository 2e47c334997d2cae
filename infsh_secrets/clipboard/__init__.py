"""The clipboard of the person at the machine, and clearing it after a while."""
