"""The web console as it is served: the built application's files, its page, and what the page may do in a browser."""
