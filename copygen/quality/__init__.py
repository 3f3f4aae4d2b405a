"""Whether a text is fit to publish: measured, checked, and what to tell the model when not."""
