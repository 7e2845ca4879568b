"""Run one of the programs beside this file: ``inside NAME WORD…`` prints a JSON object."""

from __future__ import annotations

import importlib
import json
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(_HERE))
    program = importlib.import_module(f"{os.path.basename(_HERE)}.{sys.argv[1]}")
    sys.stdout.write(json.dumps(program.tell(sys.argv[2:])))
