"""Many kiosks: what one tells a broker of itself, and how it takes models that are offered to all.

Nothing is sent to anybody unless the configuration names a broker, or where offers are.
"""
