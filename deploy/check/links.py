"""Whatever one object says of another has to be so: names, labels, ports, and who may talk to whom."""

import json

from manifests import Breach, containers, labels_of, name_of, of_kind, pods, selects

# paths that no door from outside may lead to
INNER = ("/metrics", "/admin", "/readyz", "/healthz")
METADATA = "169.254.0.0/16"


def check(things, root):
    """All breaches between objects."""
    world = World(things, root)
    breaches = []
    for part in (selectors, mounts, accounts, probe_ports, services, scalers, monitors, policies, reach, doors):
        breaches += part(world)
    return breaches


class World:
    """What is there to be named."""

    def __init__(self, things, root):
        self.things, self.root = things, root
        self.pods = pods(things)
        self.deployments = of_kind(things, "Deployment")
        # pods that operators make
        self.foreign = {f"{each['metadata']['name']}-svc" for each in of_kind(things, "MongoDBCommunity")}

    def picked(self, selector):
        """Pods that a selector takes."""
        return [(thing, each) for thing, each in self.pods if selects(selector, labels_of(each))]

    def is_foreign(self, selector):
        """Whether it takes pods of an operator."""
        return (selector.get("matchLabels") or {}).get("app") in self.foreign

    def named(self, kind):
        """Names of a kind."""
        return {thing["metadata"]["name"] for thing in of_kind(self.things, kind)}

    def secrets(self):
        """Secrets that are there, or that somebody makes."""
        made = {each["spec"]["target"]["name"] for each in of_kind(self.things, "ExternalSecret")}
        for mongo in of_kind(self.things, "MongoDBCommunity"):
            made |= {user.get("connectionStringSecretName") for user in mongo["spec"]["users"]}
        return self.named("Secret") | made


def port_names(template):
    """Ports of a pod by name."""
    every = [port for container in containers(template) for port in container.get("ports", [])]
    return {port["name"]: port["containerPort"] for port in every}


def has_port(template, port):
    """Whether a pod listens on it, by name or number."""
    ports = port_names(template)
    return port in ports or port in ports.values()


def selectors(world):
    """Each selector takes the pods it is meant for."""
    for thing in world.things:
        spec, kind = thing.get("spec", {}), thing["kind"]
        if kind in ("Deployment", "StatefulSet", "DaemonSet"):
            if not selects(spec["selector"], labels_of(spec["template"])):
                yield Breach(name_of(thing), "its selector does not take its own pods")
            for spread in spec["template"]["spec"].get("topologySpreadConstraints", []):
                if not selects(spread["labelSelector"], labels_of(spec["template"])):
                    yield Breach(name_of(thing), "a constraint of its spread does not take its own pods")
            taken = [other for other, _ in world.picked(spec["selector"]) if other is not thing]
            for other in taken:
                yield Breach(name_of(thing), f"its selector takes pods of {name_of(other)}, too")
        elif kind == "Service":
            if not world.picked({"matchLabels": spec["selector"]}):
                yield Breach(name_of(thing), "selects no pod")
        elif kind in ("PodDisruptionBudget", "SecurityGroupPolicy", "NetworkPolicy"):
            selector = spec.get("selector", spec.get("podSelector"))
            if not world.picked(selector) and not world.is_foreign(selector):
                yield Breach(name_of(thing), "selects no pod")
    for deployment in world.deployments:
        labels = labels_of(deployment["spec"]["template"])
        budgets = of_kind(world.things, "PodDisruptionBudget")
        if not any(selects(budget["spec"]["selector"], labels) for budget in budgets):
            yield Breach(name_of(deployment), "has no PodDisruptionBudget")


def mounts(world):
    """Volumes are of something that is there; what is mounted is a volume, and what is read is mounted."""
    configs, secrets = world.named("ConfigMap"), world.secrets()
    for workload, template in world.pods:
        place = name_of(workload)
        volumes = {volume["name"]: volume for volume in template["spec"].get("volumes", [])}
        for name, volume in volumes.items():
            config, secret = volume.get("configMap", {}).get("name"), volume.get("secret", {}).get("secretName")
            if config and config not in configs:
                yield Breach(place, f"volume {name}: there is no ConfigMap {config}")
            if secret and secret not in secrets:
                yield Breach(place, f"volume {name}: nobody makes a Secret {secret}")
        used = set()
        for container in containers(template):
            paths = {}
            for mount in container.get("volumeMounts", []):
                used.add(mount["name"])
                paths[mount["mountPath"]] = volumes.get(mount["name"], {})
                if mount["name"] not in volumes:
                    yield Breach(place, f"container {container['name']} mounts {mount['name']}, which is no volume")
            for variable in container.get("env", []):
                if variable["name"].endswith("_FILE") and not file_is_there(variable["value"], paths):
                    yield Breach(place, f"{variable['name']} names {variable['value']}, which nothing mounts")
        for name in volumes.keys() - used:
            yield Breach(place, f"volume {name} is mounted nowhere")


def file_is_there(path, volumes):
    """Whether a file is one of a Secret that is mounted."""
    for at, volume in volumes.items():
        items = [item["path"] for item in volume.get("secret", {}).get("items", [])]
        if path in [f"{at}/{item}" for item in items]:
            return True
    return False


def accounts(world):
    """Service accounts are there, and only those have a role that need one."""
    known = world.named("ServiceAccount")
    for workload, template in world.pods:
        if template["spec"].get("serviceAccountName") not in known:
            yield Breach(name_of(workload), "its service account is not there")
    for store in of_kind(world.things, "SecretStore"):
        if store["spec"]["provider"]["aws"]["auth"]["jwt"]["serviceAccountRef"]["name"] not in known:
            yield Breach(name_of(store), "its service account is not there")
    stores = world.named("SecretStore")
    for secret in of_kind(world.things, "ExternalSecret"):
        if secret["spec"]["secretStoreRef"]["name"] not in stores:
            yield Breach(name_of(secret), "its SecretStore is not there")


def probe_ports(world):
    """Probes ask ports that the container has."""
    for workload, template in world.pods:
        for container in containers(template):
            ports = {port["name"] for port in container.get("ports", [])}
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                port = container.get(kind, {}).get("httpGet", {}).get("port")
                if port and port not in ports:
                    yield Breach(name_of(workload), f"{kind} asks port {port}, which the container does not name")


def services(world):
    """Services lead to ports that their pods have."""
    for service in of_kind(world.things, "Service"):
        for port in service["spec"]["ports"]:
            target = port.get("targetPort", port["port"])
            for workload, template in world.picked({"matchLabels": service["spec"]["selector"]}):
                if not has_port(template, target):
                    yield Breach(name_of(service), f"leads to port {target}, which {name_of(workload)} does not have")


def scalers(world):
    """Autoscalers scale what is there."""
    known = world.named("Deployment")
    for scaler in of_kind(world.things, "HorizontalPodAutoscaler"):
        if scaler["spec"]["scaleTargetRef"]["name"] not in known:
            yield Breach(name_of(scaler), "scales nothing that is there")
        kinds = {metric["type"] for metric in scaler["spec"]["metrics"]}
        if kinds != {"Resource", "Pods"}:
            yield Breach(name_of(scaler), "scales by processor time and by what clients feel, both")


def monitors(world):
    """Every service is scraped, at a port that it has."""
    scraped = set()
    for monitor in of_kind(world.things, "ServiceMonitor"):
        found = [
            service
            for service in of_kind(world.things, "Service")
            if selects(monitor["spec"]["selector"], service["metadata"].get("labels", {}))
        ]
        if not found:
            yield Breach(name_of(monitor), "selects no Service")
        for service in found:
            scraped.add(service["metadata"]["name"])
            for endpoint in monitor["spec"]["endpoints"]:
                if endpoint["port"] not in {port.get("name") for port in service["spec"]["ports"]}:
                    yield Breach(name_of(monitor), f"{name_of(service)} has no port {endpoint['port']}")
                if endpoint.get("honorLabels") is not True:
                    yield Breach(name_of(monitor), "takes the names of our labels away: honorLabels")
    for name in world.named("Service") - scraped:
        yield Breach(f"Service/{name}", "is scraped by nobody")


def policies(world):
    """Nothing is allowed but what is said, and what is said is narrow and leads somewhere."""
    every = of_kind(world.things, "NetworkPolicy")
    if not world.pods:
        return
    if not any(denies_all(policy["spec"]) for policy in every):
        yield Breach("NetworkPolicy", "none denies everything to all pods")
    for policy in every:
        spec, place = policy["spec"], name_of(policy)
        ours = world.picked(spec["podSelector"]) and not world.is_foreign(spec["podSelector"])
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            if spec.get(direction) and direction.title() not in spec.get("policyTypes", []):
                yield Breach(place, f"has rules of {direction} and does not say so in policyTypes")
            for rule in spec.get(direction) or []:
                if ours and (not rule.get(peers) or not rule.get("ports")):
                    yield Breach(place, f"a rule of {direction} takes everybody or every port")
                for peer in rule.get(peers) or []:
                    block = peer.get("ipBlock", {})
                    if block.get("cidr") == "0.0.0.0/0" and METADATA not in block.get("except", []):
                        yield Breach(place, "lets pods ask the machine who it is: except 169.254.0.0/16")
        for rule in spec.get("ingress") or []:
            for port in rule.get("ports") or []:
                for workload, template in world.picked(spec["podSelector"]):
                    if not has_port(template, port["port"]):
                        yield Breach(place, f"opens port {port['port']}, which {name_of(workload)} does not have")


def denies_all(spec):
    """Whether it takes every pod and allows nothing."""
    rules = spec.get("ingress") or spec.get("egress")
    return not spec["podSelector"] and not rules and set(spec.get("policyTypes", [])) == {"Ingress", "Egress"}


def reach(world):
    """Every pod may ask for names and reach its database; who is scraped may be reached by Prometheus, who has a door by that."""
    for workload, template in world.pods:
        place, labels = name_of(workload), labels_of(template)
        mine = [
            each["spec"]
            for each in of_kind(world.things, "NetworkPolicy")
            if selects(each["spec"]["podSelector"], labels)
        ]
        out = {
            (port.get("protocol", "TCP"), port["port"])
            for spec in mine
            for rule in spec.get("egress") or []
            for port in rule.get("ports", [])
        }
        for wanted, what in ((("UDP", 53), "ask for names"), (("TCP", 27017), "reach MongoDB")):
            if wanted not in out:
                yield Breach(place, f"no NetworkPolicy lets it {what}")
        if ("TCP", 443) not in out:
            yield Breach(place, "no NetworkPolicy lets it out to port 443")
        if workload["kind"] != "Deployment":
            continue
        peers = [peer for spec in mine for rule in spec.get("ingress") or [] for peer in rule["from"]]
        spaces = [(peer.get("namespaceSelector") or {}).get("matchLabels", {}) for peer in peers]
        if {"kubernetes.io/metadata.name": "monitoring"} not in spaces:
            yield Breach(place, "no NetworkPolicy lets Prometheus in")
        behind = {name for name, _ in backends(world)}
        serves = any(
            service["metadata"]["name"] in behind and selects({"matchLabels": service["spec"]["selector"]}, labels)
            for service in of_kind(world.things, "Service")
        )
        if serves and len(peers) < 2:
            yield Breach(place, "stands behind an Ingress, and no NetworkPolicy lets that in")


def backends(world):
    """(service, port) that an Ingress leads to."""
    for ingress in of_kind(world.things, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                service = path["backend"]["service"]
                yield service["name"], service["port"].get("name", service["port"].get("number"))


def routes(root):
    """First parts of the paths that the two APIs answer, by service."""
    document = json.loads((root / "serving/openapi.json").read_text())
    serving = {"/" + path.split("/")[1] for path in document["paths"]} | {"/docs"}
    rest = (root / "nft-api/src/rest.rs").read_text()
    nft = {"/" + part.split("/")[1].rstrip('"') for part in rest.split('.route("')[1:]} | {"/status"}
    return {"sooho-serving": serving, "sooho-nft-api": nft}


def doors(world):
    """An Ingress has TLS, leads to services that are there, by paths that they answer, and shows nothing that is ours."""
    known = {service["metadata"]["name"]: service for service in of_kind(world.things, "Service")}
    for name, port in backends(world):
        ports = [each.get("name") for each in known[name]["spec"]["ports"]] if name in known else None
        if ports is None:
            yield Breach("Ingress", f"leads to {name}, which is not there")
        elif port not in ports:
            yield Breach("Ingress", f"leads to port {port} of {name}, which it does not have")
    answered = routes(world.root) if of_kind(world.things, "Ingress") else {}
    for ingress in of_kind(world.things, "Ingress"):
        place = name_of(ingress)
        if not ingress["spec"].get("tls") and not has_certificate(ingress):
            yield Breach(place, "has no TLS")
        for rule in ingress["spec"]["rules"]:
            shown = {}
            for path in rule["http"]["paths"]:
                shown.setdefault(path["backend"]["service"]["name"], set()).add(path["path"])
                if path["path"] == "/" or path["path"] in INNER:
                    yield Breach(place, f"shows {path['path']} to everybody")
            for service, paths in shown.items():
                meant = answered.get(service, set()) - set(INNER)
                for path in sorted(paths - meant - {"/"} - set(INNER)):
                    yield Breach(place, f"{service} answers nothing at {path}")
                for path in sorted(meant - paths):
                    yield Breach(place, f"{service} answers at {path}, and no door leads there")


def has_certificate(ingress):
    """Whether a load balancer ends TLS for it, and sends everybody there."""
    notes = ingress["metadata"].get("annotations", {})
    kind = "alb.ingress.kubernetes.io"
    return f"{kind}/certificate-arn" in notes and notes.get(f"{kind}/ssl-redirect") == "443"
