"""Entry: `serve DIRECTORY` runs the job laid out there, `copy DIRECTORY NAME ID BYTES` copies a file of it."""

import os
import sys

# `-I` puts neither the script's directory nor the current one on the path: name the package's parent.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    from aliquot_box import files, serve

    verb, directory, *rest = sys.argv[1:]
    if verb == "serve":
        serve.serve(os.path.abspath(directory))
    else:
        sys.exit(files.copy_out(directory, *rest))
