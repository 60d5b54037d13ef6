"""The page on which staff see requests and work on them: a process of its own, behind a login."""
