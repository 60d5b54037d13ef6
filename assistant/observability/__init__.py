"""What operators see: metrics on a private port, and logs as JSON. Nothing of a patient's words."""
