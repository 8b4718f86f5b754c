"""Machines to install a kiosk on: a container with systemd, an emulated arm64 machine."""
