"""Entry: `python -I __main__.py host` serves the warm processes, `... inner` is the part inside bubblewrap."""

import os
import sys

# `-I` puts neither the script's directory nor the current one on the path: name the package's parent.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    if sys.argv[1] == "host":
        from aliquot_launcher.host import serve

        serve()
    else:
        from aliquot_launcher.bubblewrap import run_inner

        run_inner()
