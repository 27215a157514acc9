"""From a file to the database: read, check, load, and say what became of every row."""
