"""For those who write a store: the contract suite that it has to pass. Needs pytest."""
