"""Where secrets stand: in files, in what is staged, in the history of a git repository."""
