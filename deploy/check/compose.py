"""docker-compose.yml, what it mounts, and the Dockerfile."""

import functools
import json
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import yaml

import names
import pods
import rules
from manifests import Breach

FILE = "docker-compose.yml"


@functools.cache
def validator(name):
    """Of a schema that the package check-jsonschema brings."""
    # the schemas alone: the package itself wants more than is installed here
    package = Path(find_spec("check_jsonschema").submodule_search_locations[0])
    schema = json.loads((package / f"builtin_schemas/vendor/{name}.json").read_text())
    return jsonschema.validators.validator_for(schema)(schema)


def against(name, document, place):
    """Breaches of such a schema."""
    for error in validator(name).iter_errors(document):
        yield Breach(place, f"{'.'.join(map(str, error.path)) or 'the file'}: {error.message[:300]}")


def check(root):
    """All breaches in what `docker compose up` reads."""
    text = (root / FILE).read_text()
    return [*check_compose(yaml.safe_load(text), root), *check_prometheus(root), *check_dockerfile(root)]


def check_compose(document, root):
    """The file by itself and beside what it mounts."""
    yield from against("compose-spec", document, FILE)
    drain = pods.seconds(root, "crates/api-kit/src/shell.rs", "GRACE")
    release = pods.seconds(root, "indexer/src/lease.rs", "RELEASE")
    listens = tomllib.loads((root / "k8s/base/sooho.toml").read_text())
    for name, service in document["services"].items():
        place = f"{FILE}: {name}"
        for mount in service.get("volumes", []):
            source = mount.split(":", 1)[0]
            if source.startswith("./") and not (root / source).exists():
                yield Breach(place, f"mounts {source}, which is not there")
        for port in service.get("ports", []):
            if not port.startswith("127.0.0.1:"):
                yield Breach(place, f"shows port {port} to the whole network")
        if "build" not in service:
            if not pods.pinned(service["image"]):
                yield Breach(place, f"image {service['image']} is not pinned to a version or digest")
            if "healthcheck" not in service:
                yield Breach(place, "has no healthcheck")
            continue
        environment = service["environment"]
        yield from names.check_use(place, environment, service.get("command", ["up"]), root)
        if environment.get("SOOHO_SERVICE") != name:
            yield Breach(place, "SOOHO_SERVICE is not its name: the image's HEALTHCHECK would ask others")
        if not re.search(r"\$\{RPC_URL:\?[^}]+\}", environment.get("SOOHO_CHAIN__0__RPC", "")):
            yield Breach(place, "says nothing when RPC_URL is missing")
        for key, value in (("read_only", True), ("cap_drop", ["ALL"])):
            if service.get(key) != value:
                yield Breach(place, f"{key} has to be {value}")
        if "no-new-privileges:true" not in service.get("security_opt", []):
            yield Breach(place, "may gain privileges: no-new-privileges:true")
        if int(service.get("stop_grace_period", "10s").rstrip("s")) < drain + release + pods.MARGIN:
            yield Breach(place, "is killed before it has ended: stop_grace_period")
        section = listens.get(name.replace("-", "_"), {})
        inner = section.get("listen", ":").rsplit(":", 1)[1]
        if not any(port.endswith(f":{inner}") for port in service.get("ports", [])):
            yield Breach(place, f"does not publish port {inner}, where it listens")


def check_prometheus(root):
    """Prometheus of the compose file has all rules, and asks each service where it listens."""
    place = "deploy/compose/prometheus.yml"
    config = yaml.safe_load((root / place).read_text())
    meant = {f"/etc/prometheus/alerts/{path.name}" for path in rules.sources(root)}
    for path in sorted(meant ^ set(config["rule_files"])):
        yield Breach(place, f"rule_files and alerts/ differ in {path}")
    listens = tomllib.loads((root / "k8s/base/sooho.toml").read_text())
    asked = {target for job in config["scrape_configs"] for part in job["static_configs"] for target in part["targets"]}
    for section in ("indexer", "serving", "nft_api"):
        target = f"{section.replace('_', '-')}:{listens[section]['listen'].rsplit(':', 1)[1]}"
        if target not in asked:
            yield Breach(place, f"does not ask {target}")
    for job in config["scrape_configs"]:
        if job.get("honor_labels") is not True:
            yield Breach(place, f"job {job['job_name']} takes the names of our labels away: honor_labels")


def check_dockerfile(root):
    """The image is made of pinned ones by the toolchain that the workspace names, and runs as nobody, without a shell."""
    place, text = "Dockerfile", (root / "Dockerfile").read_text()
    manifest = tomllib.loads((root / "Cargo.toml").read_text())
    version = manifest["workspace"]["package"]["rust-version"]
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    for image in bases:
        if not pods.DIGEST.match(image.partition("@")[2]):
            yield Breach(place, f"{image} is not pinned by its digest")
    if not bases[0].startswith(f"docker.io/library/rust:{version}."):
        yield Breach(place, f"is not built by Rust {version}, which Cargo.toml names")
    if not re.search(r"^USER [1-9][0-9]*:[1-9][0-9]*$", text, re.MULTILINE):
        yield Breach(place, "does not run as a number that is not root's")
    if "--locked" not in text or not re.search(r"^HEALTHCHECK .* CMD \[", text, re.MULTILINE):
        yield Breach(place, "is built with --locked, and asks for its health without a shell")
    for word in ("ENTRYPOINT", "CMD"):
        if not re.search(rf"^{word} \[", text, re.MULTILINE):
            yield Breach(place, f"{word} needs a shell")
    members = {member.split("/", 1)[0] for member in manifest["workspace"]["members"]}
    taken = set(re.findall(r"^!(\S+)$", (root / ".dockerignore").read_text(), re.MULTILINE))
    for member in sorted(members - taken):
        yield Breach(".dockerignore", f"leaves {member} out, whose manifest Cargo reads")
