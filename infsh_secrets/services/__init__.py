"""Use cases: typed input, typed result; nothing here prints or prompts."""
