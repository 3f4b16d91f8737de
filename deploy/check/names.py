"""Names that stand outside of the program have to be names that the program knows: metrics, configuration keys, commands, services."""

import json
import re
import tomllib

import yaml

import metrics
from manifests import Breach, containers, name_of, of_kind, pods

METRIC = re.compile(r"\bsooho_[a-z0-9_]*[a-z0-9]\b")


def exported(root):
    """Metrics that the program registers: names in the sources, tests excluded."""
    return {name for path in metrics.files(root) for name in metrics.NAME.findall(path.read_text())}


def unknown_metrics(text, known):
    """Metrics in a text that nobody exports."""
    for name in sorted(set(METRIC.findall(text))):
        base = next((name.removesuffix(end) for end in metrics.ENDINGS if name.endswith(end)), name)
        if name not in known and base not in known:
            yield name


def adapter(root):
    """The adapter's rules, and the names of the metrics that they make."""
    text = (root / "k8s/monitoring/adapter.yaml").read_text()
    rules = yaml.safe_load(text)["rules"]
    return rules, {rule["name"]["as"] for rule in rules}


def check_metrics(root, rendered):
    """Every metric that alerts, dashboards and autoscalers name is exported, or made by the adapter of one that is."""
    known, breaches = exported(root), []
    rules, made = adapter(root)
    for rule in rules:
        for part in (rule["seriesQuery"], rule["name"]["matches"], rule["metricsQuery"]):
            breaches += [
                Breach("k8s/monitoring/adapter.yaml", f"names {name}, which nobody exports")
                for name in unknown_metrics(part, known)
            ]
    files = [path for path in (root / "alerts").glob("*.yml") if not path.name.endswith(".test.yml")]
    files += (root / "grafana").rglob("*.json")
    for path in sorted(files):
        text = path.read_text()
        if path.suffix == ".json":
            text = json.dumps(json.loads(text))
        breaches += [
            Breach(str(path.relative_to(root)), f"names {name}, which nobody exports")
            for name in unknown_metrics(text, known)
        ]
    for scaler in of_kind(rendered, "HorizontalPodAutoscaler"):
        for metric in scaler["spec"]["metrics"]:
            name = metric.get("pods", {}).get("metric", {}).get("name")
            if name and name not in made:
                breaches.append(Breach(name_of(scaler), f"scales by {name}, which the adapter does not make"))
    return breaches


def example(root):
    """The example configuration: every key there is."""
    return tomllib.loads((root / "sooho.example.toml").read_text())


def is_key(node, parts):
    """Whether a path of keys and list indexes is in the example."""
    for part in parts:
        if isinstance(node, list) and part.isdigit() and node:
            node = node[0]
        elif isinstance(node, dict) and part in node:
            node = node[part]
        else:
            return False
    return True


def unknown_variables(variables, root):
    """Variables of the configuration that set no key."""
    keys = example(root)
    for name in variables:
        if not name.startswith("SOOHO_") or "__" not in name:
            continue
        path = name.removeprefix("SOOHO_").removesuffix("_FILE").lower().split("__")
        if not is_key(keys, path):
            yield name


def services(root):
    """Names of services on the command line."""
    text = (root / "sooho/src/service.rs").read_text()
    body = text.split("pub enum Service {", 1)[1].split("}", 1)[0]
    return {kebab(name) for name in re.findall(r"^\s+([A-Z]\w+),", body, re.MULTILINE)}


def commands(root):
    """Commands of the program."""
    text = (root / "sooho/src/cli.rs").read_text()
    body = text.split("enum Command {", 1)[1].split("\n}\n", 1)[0]
    return {kebab(name) for name in re.findall(r"^    ([A-Z]\w+)", body, re.MULTILINE)}


def kebab(name):
    """`NftApi` as `nft-api`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def check_use(place, environment, arguments, root):
    """How a container uses the program."""
    for name in unknown_variables(environment, root):
        yield Breach(place, f"{name} sets no key of the configuration")
    named = set(filter(None, environment.get("SOOHO_SERVICE", "").split(",")))
    for name in sorted(named - services(root)):
        yield Breach(place, f"there is no service {name}")
    if arguments and arguments[0] not in commands(root):
        yield Breach(place, f"there is no command {arguments[0]}")


def check_pods(things, root):
    """How pods use the program."""
    breaches = []
    for workload, template in pods(things):
        for container in containers(template):
            last = container["image"].rsplit("/", 1)[-1]
            if not last.startswith("sooho"):
                continue
            environment = {each["name"]: each.get("value", "") for each in container.get("env", [])}
            breaches += check_use(name_of(workload), environment, container.get("args", []), root)
    return breaches


def check_config(root):
    """The configuration of the containers has known keys, and listens where containers are asked."""
    path = "k8s/base/sooho.toml"
    config = tomllib.loads((root / path).read_text())
    breaches = [Breach(path, f"{key} is no key") for key in strange(config, example(root), "")]
    for section in ("indexer", "serving", "nft_api"):
        if not config.get(section, {}).get("listen", "").startswith("0.0.0.0:"):
            breaches.append(Breach(path, f"{section}.listen has to be 0.0.0.0:PORT, or nobody reaches the container"))
    return breaches


def strange(node, known, at):
    """Keys that the example does not have."""
    if isinstance(node, list):
        known = [{key: value for each in known if isinstance(each, dict) for key, value in each.items()}]
        for item in node:
            yield from strange(item, known[0], at) if isinstance(item, dict) else ()
        return
    for key, value in node.items():
        if key not in known:
            yield f"{at}{key}"
        elif isinstance(value, (dict, list)):
            yield from strange(value, known[key], f"{at}{key}.")
