"""What an app declares in its manifest."""
