"""The child of `run`: starting it, and what its output becomes."""
