"""Serving the page: connections, TLS, streams."""
