"""Names that are paths, options, colours, other names turned round, or no text."""

import os


def main(arguments):
    names = ["..x", ".hidden", "-rf", "a b", "new\nline", "\x1b[31mred", "caf\u00e9", "\u202egnp.exe", "nul\u0000l", "x" * 250,
             "con", "model.json ", "$(id)", "`id`", "%2e%2e", "a\\b", "\u2024\u2024", "~", "*", "a:b"]  # fmt: skip
    for name in [*map(os.fsencode, names), b"\xff\xfe", b"\xc3\x28", b"a\x01b"]:
        try:
            with open(b"out/" + name, "w") as file:
                file.write("odd")
        except (OSError, ValueError):
            pass
    with open("out/fine.json", "w") as file:
        file.write("{}")
