"""Where secrets are kept, behind one contract."""
