"""`python -m continuity` is the program."""

import sys

from continuity.cli.entry import main

sys.exit(main())
