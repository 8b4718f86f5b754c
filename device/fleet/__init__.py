"""Many kiosks: reports to an MQTT broker, and models that are rolled out to all.

Nothing is sent unless the configuration names a broker or the URL of a release.
"""
