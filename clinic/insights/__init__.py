"""What patients ask and what becomes of it: counts a day, and questions without an answer, scrubbed."""
