"""Alert rules for the Prometheus operator: written from alerts/, which is where they are changed and tried."""

import yaml

from manifests import Breach

FOLDER = "k8s/base/monitoring"
HEAD = """\
# Written by `cargo xtask manifests --write` from alerts/{name}.yml: change that file.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: sooho-{name}
  labels: {{ app.kubernetes.io/name: sooho }}
spec:
"""


def sources(root):
    """Files of rules; their tests lie beside them."""
    return sorted(path for path in (root / "alerts").glob("*.yml") if not path.name.endswith(".test.yml"))


def wanted(root):
    """What has to stand where."""
    files = {}
    for source in sources(root):
        name = source.stem
        # the text as it is, comments too, one step further in
        lines = [f"  {line}".rstrip() for line in source.read_text().splitlines()]
        files[root / FOLDER / f"rules-{name}.yaml"] = HEAD.format(name=name) + "\n".join(lines) + "\n"
    return files


def write(root):
    """Writes them all, and removes those of rules that are gone."""
    files = wanted(root)
    for old in (root / FOLDER).glob("rules-*.yaml"):
        if old not in files:
            old.unlink()
    for path, text in files.items():
        path.write_text(text)


def check(root):
    """Whether they are as they would be written, and all of them used."""
    files, breaches = wanted(root), []
    for path, text in files.items():
        place = str(path.relative_to(root))
        if not path.is_file() or path.read_text() != text:
            breaches.append(Breach(place, "is not what alerts/ says: cargo xtask manifests --write"))
        elif yaml.safe_load(text)["spec"] != yaml.safe_load((root / "alerts" / source_name(path)).read_text()):
            breaches.append(Breach(place, "does not read as alerts/ does"))
    listed = set(yaml.safe_load((root / FOLDER / "kustomization.yaml").read_text())["resources"])
    there = {path.name for path in (root / FOLDER).glob("rules-*.yaml")}
    for name in sorted(there - {path.name for path in files}):
        breaches.append(Breach(f"{FOLDER}/{name}", "has no file in alerts/"))
    for name in sorted({path.name for path in files} - listed):
        breaches.append(Breach(f"{FOLDER}/kustomization.yaml", f"does not name {name}"))
    return breaches


def source_name(path):
    """`rules-prices.yaml` as `prices.yml`."""
    return path.stem.removeprefix("rules-") + ".yml"
