"""Many prompts at a time, each to its one result."""
