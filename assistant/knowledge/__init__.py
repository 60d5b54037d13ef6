"""The document: facts, topics, what it does not cover, and answers composed from them."""
