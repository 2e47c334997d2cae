"""The wire contracts that the server speaks."""
