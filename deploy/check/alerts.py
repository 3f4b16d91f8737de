"""Alert rules: each is of labels that are there, has its page in the runbooks, and is tried both ways."""

import re
import subprocess

import yaml

import dashboards
import names
import promql
import rules
from manifests import Breach

PAGES = "docs/runbooks"
SECTIONS = ("## What it means", "## What to look at", "## What to do")
SEVERITIES = ("critical", "warning")
COMMAND = re.compile(r"`sooho ([a-z][a-z-]*)")


def check(root, sources=None):
    """All breaches; metrics are those of `sources`."""
    sources, known, pages = sources or root, {}, set()
    jobs = dashboards.scraped(root)
    for path in rules.sources(root):
        place = str(path.relative_to(root))
        for group in yaml.safe_load(path.read_text())["groups"]:
            if group["name"] != f"sooho-{path.stem}":
                yield Breach(place, f"its group is not sooho-{path.stem}")
            for rule in group["rules"]:
                name = rule["alert"]
                if name in known:
                    yield Breach(place, f"{name} is there twice")
                known[name] = rule
                pages.add(rule["annotations"].get("runbook", ""))
                yield from (Breach(f"{place}: {name}", reason) for reason in of_rule(rule, root, sources, jobs))
        yield from trials(path, root)
    for path in sorted((root / PAGES).glob("*.md")):
        page = str(path.relative_to(root))
        if page not in pages:
            yield Breach(page, "has no alert")
    yield from tool(root)


def of_rule(rule, root, sources, jobs):
    """What is wrong with one rule, in words."""
    query = promql.Query(rule["expr"], sources)
    strange = list(query.check())
    yield from strange
    for job in sorted(set(query.jobs()) - jobs):
        yield f"asks for the job {job}, which nobody scrapes"
    if rule.get("labels", {}).get("severity") not in SEVERITIES:
        yield f"its severity is none of {', '.join(SEVERITIES)}"
    if "for" not in rule:
        yield "does not say how long it has to be so: for"
    said = rule["annotations"]
    if not said.get("summary"):
        yield "has no summary"
    named = set(re.findall(r"\$labels\.(\w+)", " ".join(said.values())))
    if not strange:
        yield from (f"tells of {name}, which comes out of nothing" for name in sorted(named - query.result()))
    page = said.get("runbook", "")
    if not re.match(rf"{PAGES}/[a-z0-9-]+\.md$", page) or not (root / page).is_file():
        yield f"its page is not there: {page or 'runbook'}"
        return
    text = (root / page).read_text()
    if not text.startswith(f"# {rule['alert']}\n"):
        yield f"{page} is not of it"
    for section in SECTIONS:
        body = text.partition(f"{section}\n")[2].strip()
        if body.startswith("#") or len(body) <= 40:
            yield f"{page}: {section}"
    commands = names.commands(sources)
    for command in sorted(set(COMMAND.findall(text)) - commands):
        yield f"{page} tells to run sooho {command}, which is no command"


def trials(path, root):
    """Each alert of a file fires in one test, and stays silent in another."""
    tests = path.with_suffix(".test.yml")
    place = str(tests.relative_to(root))
    if not tests.is_file():
        yield Breach(place, "is not there")
        return
    alerts = {rule["alert"] for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]}
    document = yaml.safe_load(tests.read_text())
    if document["rule_files"] != [path.name]:
        yield Breach(place, f"tries other rules than {path.name}")
    fires, silent = set(), set()
    for test in document["tests"]:
        for trial in test["alert_rule_test"]:
            (fires if trial["exp_alerts"] else silent).add(trial["alertname"])
    for name in sorted(alerts - fires):
        yield Breach(place, f"{name} never fires")
    for name in sorted(alerts - silent):
        yield Breach(place, f"{name} never stays silent")
    for name in sorted((fires | silent) - alerts):
        yield Breach(place, f"there is no alert {name}")


def tool(root):
    """By the tool of Prometheus itself, where there is one."""
    if not promql.promtool():
        return
    for path in rules.sources(root):
        for verb, file in (("check", path), ("test", path.with_suffix(".test.yml"))):
            if file.is_file():
                arguments = [promql.promtool(), verb, "rules", file.name]
                done = subprocess.run(arguments, cwd=file.parent, capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    yield Breach(str(file.relative_to(root)), " ".join((done.stdout + done.stderr).split())[:600])
