"""A job that does nothing: shows whether this kernel can build an isolation."""


def main(_arguments: list[str]) -> int:
    return 0
