"""Authentication: sessions, tokens, pairing codes, visitor passes, roles and rate limits."""
