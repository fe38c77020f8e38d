"""Where plugins come from: one grammar for all of it, and what is found there as a bundle or a remote server."""
