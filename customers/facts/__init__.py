"""The columnar snapshot of the records, and the questions that are answered from it."""
