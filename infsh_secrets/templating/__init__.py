"""References to secrets in texts of others: finding them, and putting values in their place."""
