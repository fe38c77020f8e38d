"""Themes of the console and the terminal: files that are checked, resolved, judged by their contrast, and compiled to CSS."""
