"""The rows of the table of fusions, a file for each family of ops."""
