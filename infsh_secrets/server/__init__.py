"""The self-hosted team server: vaults of teams over HTTP."""
