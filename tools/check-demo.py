#!/usr/bin/env python3
"""Holds the report of `drover rehearse --output json` to what a rotation promises."""

import json
import sys

LEAST_REQUESTS = 1000  # fewer would not show that none fails


def complaints(report):
    requests, inventory, weights = report["requests"], report["inventory"], report["weights"]
    if report["outcome"] != "done":
        yield f"the outcome is {report['outcome']!r}, not 'done'"
    if requests["total"] < LEAST_REQUESTS:
        yield f"{requests['total']} requests were made, fewer than {LEAST_REQUESTS}"
    if requests["failed"] != 0:
        yield f"{requests['failed']} requests failed"
    if requests["blue"] == 0 or requests["green"] == 0:
        yield f"one color served nothing: blue {requests['blue']}, green {requests['green']}"
    if not weights or weights[-1]["green"] != 100 or weights[-1]["blue"] != 0:
        yield f"the last weights that DNS answered are {weights[-1:]}, not green at 100"
    if not inventory["before"] or not inventory["after"]:
        yield "the simulated account was empty before or after"
    if inventory["leftovers"] != []:
        yield f"left over: {inventory['leftovers']}"
    if report["kubernetes"] is None:
        yield "no cluster had a Kubernetes API, so nothing was verified through one"
    if report["validation"]["checked"] == 0:
        yield "no request was compared with AWS's API models"


def numbers(report):
    requests, took = report["requests"], round(report["seconds"])
    yield f"done in {took} s: {round(report['applySeconds'])} s for the first color, {round(report['rotateSeconds'])} s for the rotation"
    yield f"{requests['total']} requests: blue {requests['blue']}, green {requests['green']}, failed {requests['failed']}"
    yield f"{report['validation']['checked']} requests compared with AWS's API models; own processor time {report['ownSeconds']:.1f} s"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    for line in numbers(report):
        print(f"    {line}")
    found = list(complaints(report))
    for line in found:
        print(f"the rehearsal: {line}", file=sys.stderr)
    sys.exit(1 if found else 0)


main()
