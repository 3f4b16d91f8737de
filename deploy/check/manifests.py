"""Manifests as they reach a cluster: overlays rendered by kustomize, and the pods in them."""

import copy
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


@dataclass(frozen=True)
class Breach:
    """What does not hold, and where."""

    place: str
    reason: str

    def __str__(self):
        return f"{self.place}: {self.reason}"


def kubectl():
    """The program that renders overlays; None where there is none."""
    return os.environ.get("SOOHO_KUBECTL") or shutil.which("kubectl")


def overlays(root: Path):
    """Every folder that is applied to a cluster as it is."""
    folders = sorted(path.parent for path in (root / "k8s/overlays").glob("*/kustomization.yaml"))
    return [*folders, root / "k8s/monitoring"]


def render(folder: Path):
    """The objects of an overlay."""
    done = subprocess.run([kubectl(), "kustomize", str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ValueError(f"{folder}: {done.stderr.strip()}")
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def name_of(thing):
    """`Kind/name`, as people say it."""
    return f"{thing['kind']}/{thing['metadata']['name']}"


def of_kind(things, *kinds):
    """Those of some kinds."""
    return [thing for thing in things if thing["kind"] in kinds]


def template_of(thing):
    """The pod template of a workload."""
    spec = thing["spec"]
    return spec["jobTemplate"]["spec"]["template"] if thing["kind"] == "CronJob" else spec["template"]


def pods(things):
    """(workload, pod template) of everything that makes pods."""
    return [(thing, template_of(thing)) for thing in of_kind(things, *WORKLOADS)]


def containers(template):
    """All containers of a pod, those that run before the others first."""
    spec = template["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def labels_of(template):
    """Labels of a pod."""
    return template.get("metadata", {}).get("labels", {})


def selects(selector, labels):
    """Whether a selector takes these labels; an empty one takes all."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for rule in selector.get("matchExpressions") or []:
        value, operator = labels.get(rule["key"]), rule["operator"]
        fits = {
            "In": value in rule.get("values", []),
            "NotIn": value not in rule.get("values", []),
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not fits[operator]:
            return False
    return True


def changed(things, kind, name, change):
    """A copy in which one object was changed: for tests of what has to be refused."""
    things = copy.deepcopy(things)
    found = [thing for thing in of_kind(things, kind) if thing["metadata"]["name"] == name]
    assert len(found) == 1, f"{kind}/{name}: {len(found)}"
    change(found[0])
    return things
