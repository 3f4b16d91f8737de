"""The scripts that pipelines run: notes of a release, questions to services, and a rollout against a cluster that is made up."""

import contextlib
import importlib.util
import io
import json
import os
import stat
import subprocess
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import manifests
from whole import ROOT


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"deploy/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


changelog, smoke = load("changelog"), load("smoke")


class Notes(unittest.TestCase):
    TEXT = "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.2.0 - 2026-11-01\n\n### Added\n\n- more\n\n## [0.1.0]\n\n- first\n\n## 0.0.1\n\n"

    def test_a_section(self):
        self.assertEqual(changelog.notes(self.TEXT, "v0.2.0"), "### Added\n\n- more\n")
        self.assertEqual(changelog.notes(self.TEXT, "0.1.0"), "- first\n")

    def test_no_section(self):
        for version, reason in (("v0.3.0", "has no section"), ("0.0.1", "says nothing"), ("main", "is no version"), ("0x2x0", "is no version")):
            with self.assertRaisesRegex(changelog.NoNotes, reason):
                changelog.notes(self.TEXT, version)

    def test_what_is_not_released_is_no_version(self):
        with self.assertRaises(changelog.NoNotes):
            changelog.notes((ROOT / "CHANGELOG.md").read_text(), "Unreleased")


def right():
    """Answers of services that are well, by path."""
    block = {"number": 7, "hash": "0x01", "timestamp": int(time.time())}
    problem = {"status": 400, "code": "PAGE_SIZE_INVALID"}
    return {
        "/status": (200, "application/json", {"chains": [{"name": "mainnet", "block": block}]}),
        "/openapi.json": (200, "application/json", {"paths": {"/v1/pools": {}}}),
        "/v1/pools?first=1": (200, "application/json", {"block": block, "items": []}),
        "/v1/pools?first=0": (400, "application/problem+json", problem),
        "/graphql": (200, "application/json", {"data": {"block": {"number": 7}}}),
        "/v1/collections": (200, "application/json", {"block": block, "items": []}),
    }


class Services:
    """Both services at once, on a port of their own."""

    def __init__(self, answers):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                code, kind, body = answers.get(self.path, (404, "application/problem+json", {}))
                data = json.dumps(body).encode()
                self.send_response(code)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.url

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Smoke(unittest.TestCase):
    def ask(self, answers, *more):
        said = io.StringIO()
        with Services(answers) as url, contextlib.redirect_stdout(said):
            code = smoke.main(["--api", url, "--nft", url, "--patience", "0", *more])
        return code, said.getvalue()

    def refuse(self, path, answer, reason):
        code, said = self.ask({**right(), path: answer})
        self.assertEqual(code, 1, said)
        self.assertIn(reason, said)

    def test_services_that_are_well(self):
        code, said = self.ask(right())
        self.assertEqual((code, said.count("ok  ")), (0, 9), said)

    def test_nobody(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = smoke.main(["--api", "http://127.0.0.1:1", "--patience", "0"])
        self.assertEqual(code, 1)
        self.assertIn("refused", said.getvalue())

    def test_an_old_block(self):
        old = {"number": 7, "timestamp": int(time.time()) - 900}
        answer = (200, "application/json", {"chains": [{"name": "mainnet", "block": old}]})
        self.refuse("/status", answer, "stands at block 7")
        self.assertEqual(self.ask({**right(), "/status": answer}, "--max-age", "0")[0], 0)

    def test_no_block(self):
        self.refuse("/status", (200, "application/json", {"chains": [{"name": "mainnet", "block": None}]}), "no indexed block")
        self.refuse("/status", (200, "application/json", {"chains": []}), "names no chain")

    def test_errors(self):
        self.refuse("/v1/pools?first=1", (503, "application/problem+json", {"code": "NOT_READY"}), "NOT_READY")
        self.refuse("/v1/pools?first=1", (200, "application/json", {"block": None, "items": []}), "of no block")
        self.refuse("/graphql", (200, "application/json", {"errors": [{"message": "no"}]}), "has errors")
        self.refuse("/openapi.json", (200, "application/json", []), "has no attribute")

    def test_a_mistake_that_is_not_told(self):
        self.refuse("/v1/pools?first=0", (200, "application/json", {}), "where 400 is right")
        self.refuse("/v1/pools?first=0", (400, "text/html", {}), "without saying why")

    def test_what_is_shown_and_should_not_be(self):
        answers = {**right(), "/metrics": (200, "text/plain", {})}
        code, said = self.ask(answers)
        self.assertEqual(code, 1)
        self.assertIn("to everybody", said)
        self.assertEqual(self.ask(answers, "--inside")[0], 0)


CLUSTER = """\
#!/usr/bin/env bash
# a cluster that notes what it is told, and fails at what FAILS names
echo "$*" >> "$CALLS"
case "$*" in
  kustomize*) exec "$REAL" "$@" ;;
  *"get deployment"*) [ "${FIRST:-}" ] || printf 4 ;;
esac
for word in $FAILS; do
  if [[ "$*" == *"$word"* ]]; then
    # passing faults: the rollback that follows succeeds
    [ "${ONCE:-}" ] && [ -e "$CALLS.failed" ] && exit 0
    touch "$CALLS.failed"
    exit 1
  fi
done
"""


@unittest.skipUnless(manifests.kubectl(), "kubectl is not there: nothing is rendered")
class Rollout(unittest.TestCase):
    IMAGE = "1.dkr.ecr.eu-central-1.amazonaws.com/sooho@sha256:" + "ab" * 32

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.calls = self.folder / "calls"
        program = self.folder / "bin/kubectl"
        program.parent.mkdir()
        program.write_text(CLUSTER)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def run_with(self, answers, *, image=IMAGE, overlay="k8s/overlays/eks-staging", **cluster):
        variables = {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "REAL": manifests.kubectl(), "CALLS": str(self.calls),
            "SOOHO_SMOKE_PATIENCE": "0", "FAILS": "", "HOME": str(self.folder), **cluster,
        }
        with Services(answers) as url:
            arguments = [ROOT / "deploy/rollout.sh", overlay, "sooho-staging", image, url, url]
            done = subprocess.run(arguments, env=variables, capture_output=True, text=True, check=False)
        self.said = done.stdout + done.stderr
        told = self.calls.read_text() if self.calls.exists() else ""
        return done.returncode, told

    def test_it_goes_out(self):
        code, told = self.run_with(right())
        self.assertEqual(code, 0, self.said)
        self.assertIn("apply --server-side", told)
        self.assertEqual(told.count("rollout status"), 3)
        self.assertNotIn("undo", told)

    def test_it_does_not_settle(self):
        code, told = self.run_with(right(), FAILS="status", ONCE="1")
        self.assertEqual(code, 1, self.said)
        self.assertEqual(told.count("rollout undo"), 3)
        self.assertIn("--to-revision=4", told)

    def test_it_does_not_answer(self):
        code, told = self.run_with({})
        # what came back does not answer either
        self.assertEqual(code, 2, self.said)
        self.assertEqual(told.count("rollout undo"), 3)
        self.assertIn("COULD NOT GO BACK", self.said)

    def test_the_cluster_refuses_it(self):
        code, told = self.run_with(right(), FAILS="apply")
        self.assertEqual(code, 1, self.said)
        self.assertIn("rollout undo", told)

    def test_there_is_nothing_to_go_back_to(self):
        code, told = self.run_with(right(), FAILS="status", FIRST="1")
        self.assertEqual(code, 2, self.said)
        self.assertNotIn("rollout undo", told)

    def test_nothing_is_changed_by_a_mistake(self):
        for wrong in ({"image": "sooho:0.1.0"}, {"image": "sooho@sha256:12"}, {"overlay": "k8s/overlays/none"}):
            code, told = self.run_with(right(), **wrong)
            self.assertEqual((code, "apply" in told), (3, False), self.said)

    def test_a_cluster_that_does_not_answer(self):
        code, told = self.run_with(right(), FAILS="deployment")
        self.assertEqual((code, "apply" in told), (3, False), self.said)

    def test_the_image_is_the_one_that_was_named(self):
        apply = 'case "$*" in apply*) cat "${@: -1}" > "$CALLS.objects" ;; esac\n'
        program = self.folder / "bin/kubectl"
        program.write_text(CLUSTER.replace("for word", apply + "for word", 1))
        self.assertEqual(self.run_with(right())[0], 0, self.said)
        objects = Path(f"{self.calls}.objects").read_text()
        self.assertEqual(objects.count(f"image: {self.IMAGE}"), 5)
        self.assertNotIn("sooho:0.1.0", objects)

    def test_nothing_is_left_behind(self):
        self.run_with(right())
        self.assertEqual(list(ROOT.glob(".rollout.*")), [])


if __name__ == "__main__":
    unittest.main()
