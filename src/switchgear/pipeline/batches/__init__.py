"""Batches: many requests in one file, sent as calls when nothing more urgent is to do.

``orders`` takes them from clients, ``work`` sees to all of a process, ``input`` reads and checks, ``run`` sends the lines,
``committing`` keeps what came back, ``ending`` makes the files.
"""
