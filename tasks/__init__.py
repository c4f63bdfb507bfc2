"""I am woken: doorways for Celery. Each opens the work, calls one use case and returns; no Flask comes along.

Arguments are queue names and opaque ids, never content.
"""
