"""Checks what sooho is deployed by: `cargo xtask manifests`.

Renders every overlay, compares each object with its schema, and looks whether what one says of another is so. Nothing is asked of a
cluster. `--write` writes what is made from alerts/ first.
"""

import argparse
import sys

import manifests
import promql
import rules
from whole import ROOT, all_parts


def main():
    """Prints what holds and what does not."""
    parser = argparse.ArgumentParser(description=__doc__, prog="cargo xtask manifests")
    parser.add_argument("--write", action="store_true", help="write what is made from alerts/")
    if parser.parse_args().write:
        rules.write(ROOT)
    broken = 0
    for what, breaches in all_parts(ROOT):
        print(f"{'BROKEN' if breaches else 'ok    '}  {what}")
        for breach in breaches:
            print(f"          {breach}")
        broken += bool(breaches)
    if not manifests.kubectl():
        print("kubectl is not there: the overlays of k8s/ were not rendered, and so not looked at")
    if not promql.promtool():
        print("promtool is not there: alerts and the queries of dashboards were read, and not tried")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
