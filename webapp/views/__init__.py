"""I answer HTTP: one command, one use case, one page. Never a task, a channel or a line of SQL here."""
