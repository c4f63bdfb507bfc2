"""What a newcomer does not have: a real PostgreSQL and Valkey, for the demo and the tests.

Code here starts, watches and ends processes of this machine, on loopback only.
It never decides about cases, never speaks to the world, and production never imports it.
No mode or owner of a folder that was there before is changed.
"""
