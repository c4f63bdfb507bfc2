"""I remember: PostgreSQL, and the sealing of what is secret. Knows `casework`, and no Flask, form or channel."""
