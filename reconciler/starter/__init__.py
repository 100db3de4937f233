"""Makes a repository an incident repository: which files it has, what stands in them, and what is written."""
