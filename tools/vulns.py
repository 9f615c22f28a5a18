#!/usr/bin/env python3
"""vulns.py MODULE FILE: tells what govulncheck found in a module, in JSON, and exits 3 if code of it reaches a known
vulnerability of a module that it requires. Those of Go's standard library go with the Go that builds: they are told."""

import json
import sys


def messages(text):
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        message, at = decoder.raw_decode(text, at)
        yield message
        while at < len(text) and text[at].isspace():
            at += 1


def main():
    module, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        found = list(messages(file.read().strip()))
    config = next((m["config"] for m in found if "config" in m), None)
    if config is None or not any("SBOM" in m or "progress" in m for m in found):
        sys.exit(f"govulncheck told nothing of {module}: nothing was looked through")
    summaries = {m["osv"]["id"]: m["osv"].get("summary", "") for m in found if "osv" in m}
    reached = {}
    for finding in (m["finding"] for m in found if "finding" in m):
        frame = finding["trace"][0]
        if "function" in frame:
            reached[finding["osv"]] = (frame["module"], frame.get("version", ""), finding.get("fixed_version", "no release"))
    bad = 0
    for osv, (where, version, fixed) in sorted(reached.items()):
        own = where != "stdlib"
        bad += own
        kind = "error" if own else "this machine's Go"
        print(f"{kind}: {osv}: {where} {version}, fixed in {fixed}: {summaries.get(osv, '')}", file=sys.stderr)
    print(f"    {module}: {bad} of {len(reached)} reached vulnerabilities are in required modules", file=sys.stderr)
    sys.exit(3 if bad else 0)


main()
