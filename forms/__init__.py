"""I ask: one file a public form, plain WTForms, no request and no database.

A form knows only `casework`. Its labels are message ids, translated where they are rendered; its answers
become a frozen command.
"""
