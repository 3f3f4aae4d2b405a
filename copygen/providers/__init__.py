"""The wire: requests out, replies and failures back in as values."""
