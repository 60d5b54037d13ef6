"""What to say next: answers outside the check, and the course of the check itself."""
