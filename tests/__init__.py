"""The tests; the stack, its client and the conversation runner are modules of this package."""
