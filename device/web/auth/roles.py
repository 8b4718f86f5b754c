"""Who may call a route, said beside the route. An unmarked route is the owner's alone."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

View = TypeVar("View", bound="Callable[..., object]")

_MARK = "allowed_role"


class Role(StrEnum):
    """The least that a caller must be. The owner may call every route."""

    ANYONE = "anyone"
    VISITOR = "visitor"
    MONITOR = "monitor"
    OWNER = "owner"


def allow(role: str) -> Callable[[View], View]:
    """Return a decorator that opens a view to a role. Raises ValueError for an unknown role."""
    allowed = Role(role)

    def mark(view: View) -> View:
        setattr(view, _MARK, allowed)
        return view

    return mark


def required_role(app: Flask, endpoint: str) -> Role:
    """Return the role that an endpoint of an app requires."""
    role: Role = getattr(app.view_functions[endpoint], _MARK, Role.OWNER)
    return role
