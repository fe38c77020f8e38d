"""Answers kept to be given again: the same question of the same tenant, or, where that is wished, one of the same meaning."""
