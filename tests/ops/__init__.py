"""Commands and processes for operators."""
