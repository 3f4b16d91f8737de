"""Workflows: their shape, pinned actions, as few rights as they need, no keys that stay."""

import re
import tomllib

import yaml

from compose import against
from manifests import Breach

PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
USES = re.compile(r"^\s*(?:- )?uses: (\S+)(.*)$", re.MULTILINE)


def check(root):
    """All breaches in .github."""
    for path in sorted((root / ".github/workflows").glob("*.yml")):
        yield from check_workflow(path.read_text(), str(path.relative_to(root)), root)
    for path in sorted((root / ".github/actions").glob("*/action.yml")):
        place = str(path.relative_to(root))
        yield from against("github-actions", yaml.safe_load(path.read_text()), place)
        yield from check_uses(path.read_text(), place)
    path = root / ".github/dependabot.yml"
    yield from against("dependabot", yaml.safe_load(path.read_text()), ".github/dependabot.yml")


def check_uses(text, place):
    """Actions of others are what they were when somebody looked at them."""
    for used, rest in USES.findall(text):
        if not used.startswith("./") and not (PINNED.match(used) and re.match(r"^ # v[0-9.]+$", rest)):
            yield Breach(place, f"{used} is not pinned by a commit, with its version beside it")


def check_workflow(text, place, root):
    """One workflow."""
    document = yaml.safe_load(text)
    # YAML 1.1 takes `on` for a truth
    yield from against("github-workflows", {("on" if key is True else key): value for key, value in document.items()}, place)
    yield from check_uses(text, place)
    if "pull_request_target" in text:
        yield Breach(place, "gives strangers' code the rights of this repository: pull_request_target")
    if re.search(r"aws[_-](access[_-]key[_-]id|secret[_-]access[_-]key)", text, re.IGNORECASE):
        yield Breach(place, "uses keys that stay; roles are taken by OIDC")
    if document.get("permissions") not in ({}, {"contents": "read"}):
        yield Breach(place, "permissions of the whole workflow are none, or reading")
    version = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["package"]["rust-version"]
    for found in re.findall(r"RUST_VERSION: \"?([0-9.]+)", text):
        if not found.startswith(f"{version}."):
            yield Breach(place, f"uses Rust {found}, but Cargo.toml names {version}")
    for name, job in document["jobs"].items():
        if "uses" not in job and "timeout-minutes" not in job:
            yield Breach(place, f"job {name} has no timeout-minutes")
        for step in job.get("steps", []):
            if step.get("uses", "").startswith("actions/checkout@"):
                if step.get("with", {}).get("persist-credentials") is not False:
                    yield Breach(place, f"job {name} leaves its token in the checkout: persist-credentials")
            for word in re.findall(r"\$\{\{\s*(github\.(?:event|head_ref)[\w.]*|inputs\.[\w.]+)", step.get("run", "")):
                yield Breach(place, f"job {name} puts {word} into a script as it is: by env")
