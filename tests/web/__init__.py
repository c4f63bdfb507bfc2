"""Tests of pages, through Flask's client, on a real database."""
