"""What is right: the rules of the front door, as plain functions and values.

Code here decides; it never asks, remembers, wakes up or speaks to anyone. Its law:

* the standard library only, and no I/O of any kind;
* the time is an argument (`now`, `at`, `today`), never read from a clock;
* `*_at` is an aware UTC datetime, `*_on` a date in Finland;
* values are frozen; a wrong value raises where it is made, not where it is used.
"""
