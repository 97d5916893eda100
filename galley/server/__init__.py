"""How a request travels, and how a version reaches its subscribers."""
