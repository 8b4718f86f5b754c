"""Who may come in: browsers, programs, visitors, and how often they may try."""
