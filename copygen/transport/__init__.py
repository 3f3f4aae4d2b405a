"""HTTP/1.1 over connections of our own, behind httpx's types. Knows nothing of prompts."""
