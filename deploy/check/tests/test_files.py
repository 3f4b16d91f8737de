"""The files beside the overlays: what is made, composed, built, run by pipelines."""

import shutil
import tempfile
import unittest
from pathlib import Path

import yaml

import compose
import names
import rules
import texts
import workflows
from whole import ROOT

READ = (
    "Cargo.toml", "Dockerfile", ".dockerignore", "docker-compose.yml", "sooho.example.toml", "alerts", "grafana",
    "deploy/compose", "docs", "k8s", ".github", "sooho/src/cli.rs", "sooho/src/service.rs", "crates/api-kit/src",
    "indexer/src/lease.rs",
)


class Copy(unittest.TestCase):
    """A copy of what is read, in which a test changes one thing."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for path in READ:
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
            copy(ROOT / path, target)

    def replace(self, path, old, new):
        text = (self.root / path).read_text()
        self.assertIn(old, text, path)
        (self.root / path).write_text(text.replace(old, new))

    def said(self, breaches):
        return "\n".join(map(str, breaches))


class Rules(Copy):
    def test_what_is_there_is_right(self):
        self.assertEqual(self.said(rules.check(self.root)), "")

    def test_a_changed_alert(self):
        self.replace("alerts/prices.yml", "for: 3m", "for: 4m")
        self.assertIn("--write", self.said(rules.check(self.root)))
        rules.write(self.root)
        self.assertEqual(self.said(rules.check(self.root)), "")
        written = yaml.safe_load((self.root / "k8s/base/monitoring/rules-prices.yaml").read_text())
        self.assertEqual(written["spec"]["groups"][0]["rules"][0]["for"], "4m")

    def test_a_new_file_of_alerts(self):
        shutil.copy(self.root / "alerts/prices.yml", self.root / "alerts/blocks.yml")
        rules.write(self.root)
        self.assertIn("does not name rules-blocks.yaml", self.said(rules.check(self.root)))
        self.assertIn("rule_files and alerts/ differ", self.said(compose.check_prometheus(self.root)))

    def test_a_file_of_alerts_that_is_gone(self):
        (self.root / "alerts/prices.yml").unlink()
        self.assertIn("has no file in alerts/", self.said(rules.check(self.root)))
        rules.write(self.root)
        self.assertFalse((self.root / "k8s/base/monitoring/rules-prices.yaml").exists())


class Compose(Copy):
    def refuse(self, old, new, reason, path="docker-compose.yml"):
        self.replace(path, old, new)
        self.assertIn(reason, self.said(compose.check(self.root)))

    def test_what_is_there_is_right(self):
        self.assertEqual(self.said(compose.check(self.root)), "")

    def test_shape(self):
        self.refuse("restart: unless-stopped", "restarts: always", "restarts")

    def test_images(self):
        self.refuse("prometheus:v3.5.0", "prometheus:latest", "not pinned")

    def test_ports(self):
        self.refuse('"127.0.0.1:${GRAFANA_PORT:-3000}:3000"', '"3000:3000"', "to the whole network")

    def test_a_port_where_nobody_listens(self):
        self.refuse(":8080\"]", ":8090\"]", "does not publish port 8080")

    def test_a_missing_node(self):
        self.refuse(":?is not set: copy .env.example to .env and write the URL of your node into it}", ":-http://localhost}", "says nothing")

    def test_rights(self):
        self.refuse("read_only: true", "read_only: false", "read_only")

    def test_capabilities(self):
        self.refuse("cap_drop: [ALL]", "cap_drop: [NET_RAW]", "cap_drop")

    def test_grace(self):
        self.refuse("stop_grace_period: 30s", "stop_grace_period: 10s", "killed before it has ended")

    def test_variables(self):
        self.refuse("SOOHO_LOG__FORMAT: human", "SOOHO_LOG__SHAPE: human", "sets no key")

    def test_services(self):
        self.refuse("SOOHO_SERVICE: serving", "SOOHO_SERVICE: indexer", "SOOHO_SERVICE is not its name")

    def test_mounts(self):
        self.refuse("./alerts:", "./alarms:", "which is not there")

    def test_health(self):
        self.refuse("healthcheck:\n      test: [CMD, wget, -q, --spider, \"http://127.0.0.1:3000", "x-old:\n      test: [CMD, wget, -q, --spider, \"http://127.0.0.1:3000", "no healthcheck")

    def test_scraping(self):
        self.refuse("serving:8080", "serving:8090", "does not ask serving:8080", "deploy/compose/prometheus.yml")

    def test_labels(self):
        self.refuse("honor_labels: true", "honor_labels: false", "honor_labels", "deploy/compose/prometheus.yml")

    def test_configuration(self):
        self.replace("k8s/base/sooho.toml", 'format = "json"', 'shape = "json"')
        self.assertIn("log.shape is no key", self.said(names.check_config(self.root)))
        self.replace("k8s/base/sooho.toml", "0.0.0.0:8080", "127.0.0.1:8080")
        self.assertIn("serving.listen", self.said(names.check_config(self.root)))
        self.replace("k8s/base/sooho.toml", "preset", "presett")
        self.assertIn("chain.dex.presett", self.said(names.check_config(self.root)))

    def test_dockerfile(self):
        self.refuse("USER 65532:65532", "USER nonroot", "not root's", "Dockerfile")

    def test_toolchain(self):
        self.refuse("rust:1.95.0", "rust:1.94.0", "which Cargo.toml names", "Dockerfile")

    def test_bases(self):
        self.refuse("cc-debian12:nonroot@sha256:", "cc-debian12:nonroot@sha512:", "not pinned by its digest", "Dockerfile")

    def test_shells(self):
        self.refuse('ENTRYPOINT ["/usr/local/bin/sooho"]', "ENTRYPOINT sooho", "needs a shell", "Dockerfile")

    def test_context(self):
        self.refuse("!xtask\n", "", "leaves xtask out", ".dockerignore")


class Metrics(Copy):
    def said_of(self):
        # what is exported is read from the sources themselves
        real, names.exported = names.exported, lambda root: real_names
        real_names = real(ROOT)
        try:
            return self.said(names.check_metrics(self.root, []))
        finally:
            names.exported = real

    def test_what_is_there_is_right(self):
        self.assertEqual(self.said_of(), "")

    def test_alerts(self):
        self.replace("alerts/prices.yml", "sooho_price_fresh", "sooho_price_young")
        self.assertIn("names sooho_price_young", self.said_of())

    def test_the_adapter(self):
        self.replace("k8s/monitoring/adapter.yaml", "sooho_http_request_seconds_bucket{", "sooho_http_seconds_bucket{")
        self.assertIn("names sooho_http_seconds_bucket", self.said_of())

    def test_dashboards(self):
        (self.root / "grafana/dashboards/x.json").write_text('{"panels": [{"expr": "rate(sooho_nothing_total[5m])"}]}')
        self.assertIn("x.json: names sooho_nothing_total", self.said_of())

    def test_tests_export_nothing(self):
        self.assertIn("sooho_http_request_seconds", names.exported(ROOT))
        self.assertNotIn("sooho_key_0", names.exported(ROOT))


class Texts(Copy):
    def test_what_is_there_is_right(self):
        self.assertEqual(self.said(texts.check(self.root)), "")

    def test_a_key_twice(self):
        self.replace("k8s/base/serving/service.yaml", "  type: ClusterIP", "  type: ClusterIP\n  type: NodePort")
        self.assertIn("type is there twice", self.said(texts.check(self.root)))

    def test_no_yaml(self):
        self.replace("k8s/base/serving/service.yaml", "spec:", "spec: [")
        self.assertIn("service.yaml", self.said(texts.check(self.root)))

    def test_another_version(self):
        self.replace("Cargo.toml", 'version = "0.1.0"', 'version = "0.2.0"')
        self.assertIn("names sooho 0.1.0, but this is 0.2.0", self.said(texts.check(self.root)))


class Workflows(Copy):
    def refuse(self, file, old, new, reason):
        self.replace(f".github/{file}", old, new)
        self.assertIn(reason, self.said(workflows.check(self.root)))

    def test_what_is_there_is_right(self):
        self.assertEqual(self.said(workflows.check(self.root)), "")

    def test_shape(self):
        self.refuse("workflows/ci.yml", "runs-on: ubuntu-24.04", "run-on: ubuntu-24.04", "ci.yml")

    def test_tags_of_actions(self):
        pinned = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
        self.refuse("workflows/ci.yml", pinned, "actions/checkout@v6", "not pinned")

    def test_tags_of_actions_of_our_own_action(self):
        pinned = "aws-actions/amazon-ecr-login@062b18b96a7aff071d4dc91bc00c4c1a7945b076 # v2.0.1"
        self.refuse("actions/deploy/action.yml", pinned, "aws-actions/amazon-ecr-login@v2", "not pinned")

    def test_versions_beside_commits(self):
        self.refuse("workflows/ci.yml", " # v6.0.2", "", "not pinned")

    def test_keys(self):
        old = "role-to-assume: ${{ vars.AWS_IMAGE_ROLE }}"
        self.refuse("workflows/image.yml", old, "aws-access-key-id: ${{ secrets.KEY }}", "keys that stay")

    def test_permissions(self):
        self.refuse("workflows/image.yml", "permissions:\n  contents: read\n\n", "permissions: write-all\n\n", "permissions")

    def test_strangers(self):
        self.refuse("workflows/ci.yml", "  pull_request:", "  pull_request_target:", "strangers")

    def test_time(self):
        self.refuse("workflows/security.yml", "    timeout-minutes: 15\n", "", "timeout-minutes")

    def test_tokens(self):
        self.refuse("workflows/ci.yml", "persist-credentials: false", "persist-credentials: true", "token")

    def test_toolchain(self):
        self.refuse("workflows/ci.yml", 'RUST_VERSION: "1.95.0"', 'RUST_VERSION: "1.94.0"', "uses Rust 1.94.0")

    def test_scripts(self):
        self.refuse("workflows/ci.yml", 'echo "$RESULTS"', 'echo "${{ github.event.head_commit.message }}"', "by env")


if __name__ == "__main__":
    unittest.main()
