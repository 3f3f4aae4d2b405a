"""What people look at: progress, the summary table, messages."""
