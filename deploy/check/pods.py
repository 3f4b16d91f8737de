"""What every pod of ours has to have."""

import re

from manifests import Breach, containers, labels_of, name_of, of_kind, pods

# end of what is open, end of the lease, and what is left for the process to end
MARGIN = 5
TAG = re.compile(r"^v?[0-9]+(\.[0-9]+)+([.-][0-9A-Za-z.-]+)?$")
DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")


def seconds(root, path, constant):
    """A duration that the program has as a constant."""
    text = (root / path).read_text()
    found = re.search(rf"const {constant}: Duration = Duration::from_secs\(([0-9_]+)\);", text)
    if not found:
        raise ValueError(f"{path} has no {constant} any more: the check of grace periods has to be told")
    return int(found.group(1).replace("_", ""))


def pinned(image):
    """Whether an image is one and the same tomorrow, as far as its name can tell."""
    image, _, digest = image.partition("@")
    if digest:
        return bool(DIGEST.match(digest))
    last = image.rsplit("/", 1)[-1]
    return bool(TAG.match(last.partition(":")[2]))


def check(things, root):
    """All breaches in pods."""
    drain = seconds(root, "crates/api-kit/src/shell.rs", "GRACE")
    release = seconds(root, "indexer/src/lease.rs", "RELEASE")
    breaches = []
    for workload, template in pods(things):
        place = name_of(workload)

        def say(reason, place=place):
            breaches.append(Breach(place, reason))

        pod(template, say)
        long_lived = workload["kind"] in ("Deployment", "StatefulSet", "DaemonSet")
        for container in containers(template):
            one(container, lambda reason, name=container["name"]: say(f"container {name}: {reason}"))
            if long_lived:
                probes(container, lambda reason, name=container["name"]: say(f"container {name}: {reason}"))
        if long_lived:
            needed = drain + release + MARGIN + longest_wait(template)
            grace = template["spec"].get("terminationGracePeriodSeconds", 30)
            if grace < needed:
                say(f"terminationGracePeriodSeconds is {grace}, but ending takes up to {needed} s")
        if workload["kind"] == "Deployment":
            deployment(workload, things, say)
        if workload["kind"] == "CronJob":
            cron_job(workload, say)
    return breaches


def longest_wait(template):
    """How long a pod goes on before it is told to end."""
    waits = [c.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0) for c in containers(template)]
    return max(waits)


def pod(template, say):
    """What stands beside the containers: the restricted pod security standard, and no identity that nobody needs."""
    spec = template["spec"]
    context = spec.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        say("runs as root or as nobody knows whom: runAsNonRoot and a number as runAsUser")
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        say("seccompProfile is not RuntimeDefault")
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            say(f"{key} is refused")
    if spec.get("automountServiceAccountToken") is not False:
        say("automountServiceAccountToken has to be false")
    if spec.get("enableServiceLinks") is not False:
        say("enableServiceLinks has to be false: variables of services begin like those of the configuration")
    if spec.get("serviceAccountName", "default") == "default":
        say("has no service account of its own")
    for volume in spec.get("volumes", []):
        if "hostPath" in volume:
            say(f"volume {volume['name']} is a path of the node")
        if "emptyDir" in volume and not (volume["emptyDir"] or {}).get("sizeLimit"):
            say(f"volume {volume['name']} has no sizeLimit")


def one(container, say):
    """A container by itself."""
    if not pinned(container["image"]):
        say(f"image {container['image']} is not pinned to a version or digest")
    resources = container.get("resources", {})
    for kind in ("cpu", "memory"):
        if kind not in resources.get("requests", {}):
            say(f"requests no {kind}")
    if "memory" not in resources.get("limits", {}):
        say("has no limit of memory")
    context = container.get("securityContext", {})
    if context.get("allowPrivilegeEscalation") is not False:
        say("allowPrivilegeEscalation has to be false")
    if context.get("readOnlyRootFilesystem") is not True:
        say("readOnlyRootFilesystem has to be true")
    capabilities = context.get("capabilities", {})
    if capabilities.get("drop") != ["ALL"] or capabilities.get("add"):
        say("has to drop ALL capabilities and add none")
    if context.get("privileged"):
        say("is privileged")
    command = container.get("lifecycle", {}).get("preStop", {}).get("exec")
    if command:
        say("preStop runs a program: there is no shell in the image")


def probes(container, say):
    """Probes of what runs until it is told to end."""
    for kind, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
        got = container.get(kind, {}).get("httpGet", {})
        if got.get("path") != path:
            say(f"{kind} has to ask {path}")
    if not container.get("ports"):
        say("names no port")


def deployment(workload, things, say):
    """How it is rolled out and spread."""
    spec, labels = workload["spec"], labels_of(workload["spec"]["template"])
    scaled = [
        scaler
        for scaler in of_kind(things, "HorizontalPodAutoscaler")
        if scaler["spec"]["scaleTargetRef"]["name"] == workload["metadata"]["name"]
    ]
    if scaled and "replicas" in spec:
        say("says how many replicas there are, and so does an autoscaler")
    if not scaled and spec.get("replicas", 1) < 2:
        say("has one replica: nobody is there while it is replaced")
    rolling = spec.get("strategy", {}).get("rollingUpdate", {})
    if labels.get("app.kubernetes.io/component") == "indexer":
        if rolling.get("maxSurge") != 0:
            say("the indexer is replaced one by one: maxSurge 0")
    elif rolling.get("maxUnavailable") != 0:
        say("is short of pods while it is replaced: maxUnavailable 0")
    keys = {each["topologyKey"] for each in spec["template"]["spec"].get("topologySpreadConstraints", [])}
    if keys != {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}:
        say("is not spread over zones and nodes")


def cron_job(workload, say):
    """A job by the clock ends, and never twice at a time."""
    spec = workload["spec"]
    if len(spec["schedule"].split()) != 5 or spec.get("timeZone") != "Etc/UTC":
        say("its schedule has five parts and the time zone Etc/UTC")
    if spec.get("concurrencyPolicy") != "Forbid":
        say("concurrencyPolicy has to be Forbid")
    if "activeDeadlineSeconds" not in spec["jobTemplate"]["spec"]:
        say("has no activeDeadlineSeconds")
