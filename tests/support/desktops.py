"""Hands on the keyboard and the windows of an X server, from outside the program."""

from __future__ import annotations

import ctypes

import pygame

from tests.support.needs import lacking


class Hands:
    """Presses keys and pulls at windows, from outside the program, as a person does."""

    def __init__(self, name: str) -> None:
        try:
            self._x = ctypes.CDLL("libX11.so.6")
            self._test = ctypes.CDLL("libXtst.so.6")
        except OSError as error:
            lacking(str(error))
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XKeysymToKeycode.argtypes = (ctypes.c_void_p, ctypes.c_ulong)
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(name.encode()))

    def press(self, *keysyms: int) -> None:
        window = pygame.display.get_wm_info()["window"]
        self._x.XSetInputFocus(self._display, ctypes.c_ulong(window), 1, ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)
        for keysym in keysyms:
            code = self._x.XKeysymToKeycode(self._display, keysym)
            for down in (1, 0):
                self._test.XTestFakeKeyEvent(self._display, code, down, ctypes.c_ulong(0))
        self._x.XSync(self._display, 0)

    def resize(self, width: int, height: int) -> None:
        window = pygame.display.get_wm_info()["window"]
        self._x.XResizeWindow(self._display, ctypes.c_ulong(window), width, height)
        self._x.XSync(self._display, 0)
