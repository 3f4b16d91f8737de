#!/usr/bin/env python3
"""What CHANGELOG.md says of one version, for the notes of its release: `changelog.py v1.2.3`."""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"


class NoNotes(Exception):
    """A version of which nothing is said."""


def notes(text, version):
    """The section `## VERSION`, or `## [VERSION] - DATE`, without its heading."""
    version = version.removeprefix("v")
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?", version):
        raise NoNotes(f"`{version}` is no version: give one as 1.2.3 or v1.2.3")
    heading = re.compile(rf"^## \[?{re.escape(version)}\]?(?: .*)?$", re.MULTILINE)
    found = heading.search(text)
    if not found:
        raise NoNotes(f"CHANGELOG.md has no section `## {version}`: make one of `## Unreleased`")
    rest = text[found.end() :]
    following = re.search(r"^## ", rest, re.MULTILINE)
    section = rest[: following.start()] if following else rest
    if not re.search(r"^\s*[-*] \S", section, re.MULTILINE):
        raise NoNotes(f"the section `## {version}` of CHANGELOG.md says nothing")
    return section.strip() + "\n"


def main(arguments):
    """Prints the notes."""
    if len(arguments) != 1:
        sys.exit("usage: changelog.py VERSION")
    try:
        sys.stdout.write(notes(CHANGELOG.read_text(), arguments[0]))
    except NoNotes as error:
        sys.exit(f"changelog.py: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
