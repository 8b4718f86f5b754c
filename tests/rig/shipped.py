"""What of this project goes onto a machine."""

import shutil
from pathlib import Path

SHIPPED = ("device", "assets", "systemd", "install", "install.sh", "docs", "README.md", "LICENSE")


def lay(project: Path, folder: Path) -> None:
    """Copy it into a folder that is there."""
    unwanted = shutil.ignore_patterns("__pycache__")
    for one in SHIPPED:
        if (project / one).is_dir():
            shutil.copytree(project / one, folder / one, ignore=unwanted)
        else:
            shutil.copy2(project / one, folder / one)
