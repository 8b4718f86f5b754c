"""Many kiosks: what one tells a broker of itself, and how it takes models that are offered to all.

Nothing here is loaded, and nothing is sent, unless the configuration names a broker or an offer.
"""

from device.fleet.fleet import Fleet

__all__ = ["Fleet"]
