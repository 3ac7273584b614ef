"""What is measured and how: ``make bench``, or ``python -m bench --help``.

A seeded world, the server as a user starts it, and a client that signs in and asks over HTTP.
"""
