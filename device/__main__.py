"""`python -m device` is `moodlift`."""

import sys

from device.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
