"""Uploaded pictures: read within limits of memory and time, whatever they hold."""
