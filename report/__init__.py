"""`./run report`: pictures of the pages, and what machines found out about their accessibility.

Writes `docs/pictures/` and `docs/accessibility/README.md`, from a run of the real service made for it. It uses
the browser tests' own site, pages and checks, so that the report can say nothing else than the tests do.
"""
