"""Who staff are: Flask-Security's models and datastore, and the sessions of everybody.

The one other room that may speak SQL; tasks never reach it.
"""
