"""Programs: compiled functions, their memory, and the arrays they take."""
