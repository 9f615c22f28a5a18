#!/usr/bin/env python3
"""Finds phrases that make a reader stumble (tools/language.txt) in what people read; exits 1 if there are any.

It reads the pages as they are, of CHANGELOG.md only what is not released, and of Go files only the strings, as
comments are for those who work on the code.
"""

import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md", "templates/**/*.tmpl"]
STRINGS = ["cmd/drover/*.go", "rehearsal/*.go"]
STRING = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')


def phrases(text):
    """The list: pairs of a pattern and the better wording."""
    pairs = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        pattern, tab, better = line.partition("\t")
        if not tab or not better:
            raise ValueError(f"language.txt:{number}: write a pattern, a tab and the better wording")
        pairs.append((re.compile(pattern), better))
    if not pairs:
        raise ValueError("language.txt has no phrase")
    return pairs


def found(name, text, pairs):
    """The complaints about one file."""
    if name.endswith("CHANGELOG.md"):
        text = "\n## ".join(text.split("\n## ")[:2])
    fence = attacks = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fence = not fence
        if name.endswith(".md") and line.startswith(("<!-- attacks:", "<!-- end:")):
            attacks = line.startswith("<!-- attacks:")  # a table that tests write
        if name.endswith(".md") and (fence or attacks):
            continue
        if name.endswith(".go"):
            line = "" if line.lstrip().startswith("//") else " ".join(STRING.findall(line.split(" // ")[0]))
        elif name.endswith(".md"):
            line = re.sub(r"`[^`]*`", "", line)
        for pattern, better in pairs:
            match = pattern.search(line)
            if match:
                yield f"{name}:{number}: {match.group(0)!r} reads as translated; write: {better}"


def main():
    with open(os.path.join(ROOT, "tools", "language.txt"), encoding="utf-8") as file:
        pairs = phrases(file.read())
    names = [name for pattern in PAGES + STRINGS for name in sorted(glob.glob(pattern, root_dir=ROOT, recursive=True))]
    names = [name for name in names if not name.endswith("_test.go")]
    if len(names) < 50:
        sys.exit(f"only {len(names)} files were found to read")
    complaints = []
    for name in names:
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            complaints += found(name, file.read(), pairs)
    print("\n".join(complaints), file=sys.stderr, end="\n" if complaints else "")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
