"""What a secret is: names, values, errors. Standard library only; no I/O, clock or environment."""
