"""Tests in a real Chromium, against a real server: what a person sees, hears read out, and presses."""
