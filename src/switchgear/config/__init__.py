"""The file as written, checked, and the settings made of it."""
