"""The rendered overlays are right, and each wall refuses what breaks it."""

import copy
import unittest

import links
import manifests
import names
import pods
import schemas
from whole import ROOT, beyond_schemas, of_overlay


def pod_of(thing):
    return manifests.template_of(thing)["spec"]


def container_of(thing):
    return pod_of(thing)["containers"][0]


@unittest.skipUnless(manifests.kubectl(), "kubectl is not there: nothing is rendered")
class Overlays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.local = manifests.render(ROOT / "k8s/overlays/local")
        cls.eks = manifests.render(ROOT / "k8s/overlays/eks")

    def refuse(self, kind, name, change, reason, things=None):
        """Changes one object and expects the reason."""
        things = self.eks if things is None else things
        broken = manifests.changed(things, kind, name, change)
        # the others are as they were, and have fitted their schemas
        touched = [new for old, new in zip(things, broken, strict=True) if old != new]
        said = [str(breach) for breach in schemas.check(touched) or beyond_schemas(broken, ROOT)]
        self.assertTrue(any(reason in line for line in said), f"expected `{reason}` among {said}")

    def serving(self, change, reason):
        self.refuse("Deployment", "sooho-serving", change, reason)

    def test_what_is_there_is_right(self):
        for things in (self.local, self.eks):
            self.assertEqual([str(breach) for breach in of_overlay(things, ROOT)], [])

    # schemas

    def test_unknown_fields(self):
        self.serving(lambda d: d["spec"].update(replica=2), "replica")
        self.refuse("ServiceMonitor", "sooho", lambda m: m["spec"]["endpoints"][0].update(prot="http"), "prot")
        self.refuse("ExternalSecret", "sooho-rpc", lambda s: s["spec"].pop("target"), "target")

    def test_wrong_types(self):
        self.serving(lambda d: d["spec"].update(minReadySeconds="ten"), "minReadySeconds")
        self.refuse("PrometheusRule", "sooho-prices", lambda r: r["spec"]["groups"][0]["rules"][0].update({"for": "3 m"}), "3 m")

    def test_kinds_that_nobody_described(self):
        self.refuse("SecretStore", "sooho", lambda s: s.update(kind="ClusterSecretStore"), "describe")

    def test_keys_of_a_cloud_in_a_secret(self):
        def with_keys(store):
            store["spec"]["provider"]["aws"]["auth"] = {"secretRef": {}}

        self.refuse("SecretStore", "sooho", with_keys, "secretRef")

    def test_one_name_twice(self):
        said = schemas.check([*self.eks, copy.deepcopy(self.eks[0])])
        self.assertIn("is there twice", str(said[0]))

    # pods

    def test_images(self):
        for image in ("sooho", "sooho:latest", "registry.example:5000/sooho", "sooho@sha256:abc", "sooho:main"):
            self.serving(lambda d, image=image: container_of(d).update(image=image), "not pinned")
        for image in ("sooho:0.1.0", "a.b/c:v1.2-rc.1", "a.b/c@sha256:" + "0" * 64):
            self.assertTrue(pods.pinned(image), image)

    def test_probes(self):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.serving(lambda d, probe=probe: container_of(d).pop(probe), f"{probe} has to ask")
        # a database that is away must not restart everything
        self.serving(lambda d: container_of(d)["livenessProbe"]["httpGet"].update(path="/readyz"), "livenessProbe has to ask /healthz")
        self.serving(lambda d: container_of(d)["livenessProbe"]["httpGet"].update(port="web"), "which the container does not name")

    def test_resources(self):
        self.serving(lambda d: container_of(d)["resources"]["requests"].pop("cpu"), "requests no cpu")
        self.serving(lambda d: container_of(d)["resources"].pop("limits"), "no limit of memory")

    def test_security(self):
        self.serving(lambda d: container_of(d)["securityContext"].update(readOnlyRootFilesystem=False), "readOnlyRootFilesystem")
        self.serving(lambda d: container_of(d)["securityContext"].update(allowPrivilegeEscalation=True), "allowPrivilegeEscalation")
        self.serving(lambda d: container_of(d)["securityContext"]["capabilities"].update(add=["NET_ADMIN"]), "add none")
        self.serving(lambda d: pod_of(d)["securityContext"].update(runAsNonRoot=False), "runs as root")
        self.serving(lambda d: pod_of(d)["securityContext"].pop("seccompProfile"), "seccompProfile")
        self.serving(lambda d: pod_of(d).update(hostNetwork=True), "hostNetwork")
        self.serving(lambda d: pod_of(d).update(automountServiceAccountToken=True), "automountServiceAccountToken")
        self.serving(lambda d: pod_of(d).pop("enableServiceLinks"), "enableServiceLinks")
        self.serving(lambda d: pod_of(d)["volumes"].append({"name": "x", "hostPath": {"path": "/"}}), "path of the node")
        self.refuse(
            "CronJob", "sooho-backup", lambda c: pod_of(c)["initContainers"][0]["securityContext"].pop("capabilities"), "drop ALL"
        )

    def test_ends(self):
        self.serving(lambda d: pod_of(d).update(terminationGracePeriodSeconds=30), "ending takes up to")
        self.serving(lambda d: container_of(d)["lifecycle"]["preStop"]["sleep"].update(seconds=40), "ending takes up to")
        self.refuse("Deployment", "sooho-indexer", lambda d: pod_of(d).update(terminationGracePeriodSeconds=10), "ending takes up to")
        shell = {"exec": {"command": ["sleep", "5"]}}
        self.serving(lambda d: container_of(d)["lifecycle"].update(preStop=shell), "there is no shell")

    def test_rollouts(self):
        self.serving(lambda d: d["spec"].update(replicas=3), "so does an autoscaler")
        self.refuse("Deployment", "sooho-indexer", lambda d: d["spec"].update(replicas=1), "has one replica")
        self.refuse("Deployment", "sooho-indexer", lambda d: d["spec"]["strategy"]["rollingUpdate"].update(maxSurge=1), "maxSurge 0")
        self.serving(lambda d: d["spec"]["strategy"]["rollingUpdate"].update(maxUnavailable=1), "maxUnavailable 0")
        self.serving(lambda d: pod_of(d)["topologySpreadConstraints"].pop(), "not spread")

    def test_jobs(self):
        self.refuse("CronJob", "sooho-verify", lambda c: c["spec"].update(concurrencyPolicy="Allow"), "Forbid")
        self.refuse("CronJob", "sooho-verify", lambda c: c["spec"].update(schedule="0 0 3 * * *"), "five parts")
        self.refuse("CronJob", "sooho-verify", lambda c: c["spec"]["jobTemplate"]["spec"].pop("activeDeadlineSeconds"), "activeDeadlineSeconds")

    # what one says of another

    def test_selectors(self):
        labels = {"app.kubernetes.io/name": "sooho", "app.kubernetes.io/component": "servers"}
        self.refuse("Service", "sooho-serving", lambda s: s["spec"].update(selector=labels), "selects no pod")
        self.refuse("PodDisruptionBudget", "sooho-serving", lambda b: b["spec"]["selector"].update(matchLabels=labels), "selects no pod")
        self.refuse("PodDisruptionBudget", "sooho-serving", lambda b: b["spec"]["selector"].update(matchLabels=labels), "has no PodDisruptionBudget")
        self.serving(lambda d: d["spec"]["selector"].update(matchLabels=labels), "does not take its own pods")
        wide = {"app.kubernetes.io/name": "sooho"}
        self.serving(lambda d: d["spec"]["selector"].update(matchLabels=wide), "takes pods of Deployment/sooho-indexer, too")
        self.refuse("NetworkPolicy", "door", lambda p: p["spec"]["podSelector"].update(matchLabels=labels), "selects no pod")

    def test_mounts(self):
        self.serving(lambda d: pod_of(d)["volumes"][0]["configMap"].update(name="other"), "there is no ConfigMap other")
        self.refuse("ExternalSecret", "sooho-rpc", lambda s: s["spec"]["target"].update(name="rpc"), "nobody makes a Secret sooho-rpc")
        self.serving(lambda d: container_of(d)["volumeMounts"].pop(1), "which nothing mounts")
        self.serving(lambda d: container_of(d)["volumeMounts"].pop(1), "is mounted nowhere")
        user = "sooho-mongodb"
        self.refuse(
            "MongoDBCommunity",
            user,
            lambda m: m["spec"]["users"][0].update(connectionStringSecretName="other"),
            "nobody makes a Secret sooho-mongodb",
            self.local,
        )

    def test_accounts(self):
        self.serving(lambda d: pod_of(d).update(serviceAccountName="other"), "its service account is not there")
        self.serving(lambda d: pod_of(d).pop("serviceAccountName"), "no service account of its own")

    def test_ports(self):
        self.refuse("Service", "sooho-serving", lambda s: s["spec"]["ports"][0].update(targetPort="web"), "leads to port web")
        self.refuse("ServiceMonitor", "sooho", lambda m: m["spec"]["endpoints"][0].update(port="web"), "has no port web")
        self.refuse("NetworkPolicy", "metrics", lambda p: p["spec"]["ingress"][0]["ports"][0].update(port="web"), "opens port web")
        self.refuse("NetworkPolicy", "metrics", lambda p: p["spec"]["ingress"][0]["ports"][0].update(port=9090), "opens port 9090")

    def test_scraping(self):
        self.refuse("ServiceMonitor", "sooho", lambda m: m["spec"]["selector"].update(matchLabels={"a": "b"}), "is scraped by nobody")
        self.refuse("ServiceMonitor", "sooho", lambda m: m["spec"]["endpoints"][0].pop("honorLabels"), "honorLabels")

    def test_scaling(self):
        self.refuse("HorizontalPodAutoscaler", "sooho-serving", lambda h: h["spec"]["scaleTargetRef"].update(name="x"), "scales nothing")
        self.refuse("HorizontalPodAutoscaler", "sooho-serving", lambda h: h["spec"]["metrics"].pop(), "both")

    def test_network(self):
        without = [each for each in self.eks if each["metadata"]["name"] != "deny-all"]
        self.assertIn("none denies everything", str(list(links.check(without, ROOT))))
        for name, reason in (("dns", "ask for names"), ("mongodb", "reach MongoDB"), ("metrics", "lets Prometheus in"), ("bucket", "port 443")):
            without = [each for each in self.eks if each["metadata"]["name"] != name]
            self.assertIn(reason, str([str(each) for each in links.check(without, ROOT)]), name)
        without = [each for each in self.eks if (each["kind"], each["metadata"]["name"]) != ("NetworkPolicy", "door")]
        self.assertIn("stands behind an Ingress", str([str(each) for each in links.check(without, ROOT)]))
        self.refuse("NetworkPolicy", "dns", lambda p: p["spec"]["egress"][0].pop("to"), "takes everybody")
        self.refuse("NetworkPolicy", "dns", lambda p: p["spec"]["egress"][0].pop("ports"), "takes everybody or every port")
        self.refuse("NetworkPolicy", "nodes-and-prices", lambda p: p["spec"]["egress"][0]["to"][0]["ipBlock"].pop("except"), "who it is")
        self.refuse("NetworkPolicy", "door", lambda p: p["spec"].update(policyTypes=["Egress"]), "does not say so")

    def test_doors(self):
        def paths(ingress):
            return ingress["spec"]["rules"][0]["http"]["paths"]

        self.refuse("Ingress", "sooho", lambda i: paths(i)[0].update(path="/"), "shows / to everybody")
        self.refuse("Ingress", "sooho", lambda i: paths(i)[0].update(path="/metrics"), "shows /metrics")
        self.refuse("Ingress", "sooho", lambda i: paths(i)[0].update(path="/v2"), "answers nothing at /v2")
        self.refuse("Ingress", "sooho", lambda i: paths(i).pop(1), "no door leads there")
        self.refuse("Ingress", "sooho", lambda i: paths(i)[0]["backend"]["service"].update(name="x"), "leads to x")
        self.refuse("Ingress", "sooho", lambda i: paths(i)[0]["backend"]["service"].update(port={"name": "x"}), "leads to port x")
        self.refuse("Ingress", "sooho", lambda i: i["metadata"]["annotations"].pop("alb.ingress.kubernetes.io/ssl-redirect"), "no TLS")
        self.refuse("Ingress", "sooho", lambda i: i["spec"].pop("tls"), "no TLS", self.local)

    # names

    def test_use_of_the_program(self):
        variable = {"name": "SOOHO_STORE__URL", "value": "x"}
        self.serving(lambda d: container_of(d)["env"].append(variable), "SOOHO_STORE__URL sets no key")
        self.serving(lambda d: container_of(d)["env"][0].update(value="server"), "there is no service server")
        self.serving(lambda d: container_of(d).update(args=["serve"]), "there is no command serve")

    def test_metrics_of_autoscalers(self):
        def other(scaler):
            scaler["spec"]["metrics"][1]["pods"]["metric"]["name"] = "sooho_http_request_p99_seconds"

        broken = manifests.changed(self.eks, "HorizontalPodAutoscaler", "sooho-serving", other)
        self.assertIn("which the adapter does not make", str(names.check_metrics(ROOT, broken)[0]))


if __name__ == "__main__":
    unittest.main()
