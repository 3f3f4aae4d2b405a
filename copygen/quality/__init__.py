"""Whether a text fits its channel: measuring, limits, and texts in named fields."""
