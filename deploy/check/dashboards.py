"""Dashboards of Grafana: what they ask is there, and whoever looks at them is told what is normal and what to do."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import yaml

import promql
from manifests import Breach

FOLDER = "grafana/dashboards"
SOURCES = "grafana/provisioning/datasources/prometheus.yaml"
# of Grafana's own list, those that are of use here
UNITS = {
    "none", "short", "s", "ms", "dtdurations", "percent", "percentunit", "bytes", "decbytes", "reqps", "ops", "cps", "rps", "wps",
    "dateTimeFromNow", "dateTimeAsIso", "bool", "bool_yes_no", "bool_on_off", "locale",
}
KINDS = {"timeseries", "stat", "table", "bargauge", "gauge", "heatmap", "state-timeline"}
WIDTH = 24
QUERY = re.compile(r"^label_values\((.+), (\w+)\)$")
MANY = re.compile(r"^(route|le|list|contract|event|method)$")


def check(root, sources=None):
    """All breaches; metrics are those of `sources`."""
    sources, seen, titles, asked = sources or root, {}, {}, []
    uid = yaml.safe_load((root / SOURCES).read_text())["datasources"][0]["uid"]
    jobs = scraped(root)
    for path in sorted((root / FOLDER).rglob("*.json")):
        place = str(path.relative_to(root))
        try:
            board = json.loads(path.read_text(), object_pairs_hook=once)
        except ValueError as error:
            yield Breach(place, f"is no JSON: {error}")
            continue
        for key, known in (("uid", seen), ("title", titles)):
            value = board.get(key)
            if not value:
                yield Breach(place, f"has no {key}")
            elif value in known:
                yield Breach(place, f"has the {key} of {known[value]}")
            known[value] = place
        reader = Board(board, place, uid, sources, jobs)
        yield from reader.check()
        asked += reader.asked
    yield from tried(asked)


def once(pairs):
    """An object that says each thing once."""
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is there twice")
    return dict(pairs)


def scraped(root):
    """Jobs that are scraped."""
    config = yaml.safe_load((root / "deploy/compose/prometheus.yml").read_text())
    return {job["job_name"] for job in config["scrape_configs"]}


def tried(asked):
    """Whether Prometheus can read what is asked."""
    if not promql.promtool() or not asked:
        return
    rules = [{"record": f"asked:{index}", "expr": with_values(expr)} for index, (_, expr) in enumerate(asked)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asked.yml"
        path.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
        done = subprocess.run([promql.promtool(), "check", "rules", str(path)], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    named = {int(number) for number in re.findall(r'asked:(\d+)"', said)}
    for index in sorted(named):
        yield Breach(asked[index][0], f"Prometheus cannot read {asked[index][1]}")
    if not named:
        yield Breach(FOLDER, said.strip()[-300:])


def with_values(expr):
    """With something in place of each variable."""
    expr = re.sub(r"\[\$\{?__\w+\}?\]", "[5m]", expr)
    return re.sub(r"\$\{?\w+\}?", "x", expr)


class Board:
    """One dashboard."""

    def __init__(self, board, place, uid, root, jobs):
        self.board, self.place, self.uid, self.root, self.jobs = board, place, uid, root, jobs
        self.variables, self.used, self.asked = [], set(), []

    def say(self, reason, title=None):
        """A breach, of a panel."""
        return Breach(f"{self.place}: {title}" if title else self.place, reason)

    def check(self):
        """Everything that is wrong with it."""
        board = self.board
        if board.get("id") is not None:
            yield self.say("has an id: that is for Grafana to give")
        if "sooho" not in board.get("tags", []):
            yield self.say("has not the tag sooho, by which they link each other")
        if len(board.get("description", "")) < 30:
            yield self.say("says nothing of what it is for")
        yield from self.templates(board.get("templating", {}).get("list", []))
        panels = [*board.get("panels", []), *(inner for panel in board.get("panels", []) for inner in panel.get("panels", []))]
        for key in ("id", "title"):
            values = [panel.get(key) for panel in panels]
            for value in sorted({str(value) for value in values if values.count(value) > 1}):
                yield self.say(f"has two panels with the {key} {value}")
        yield from self.places(board.get("panels", []))
        for panel in panels:
            if panel.get("type") != "row":
                yield from self.panel(panel)
        for name in sorted(self.used - set(self.variables) - promql.BUILT_IN):
            yield self.say(f"uses ${name}, which it does not define")
        for name in sorted(set(self.variables) - self.used):
            yield self.say(f"defines ${name}, and does not use it")

    def templates(self, variables):
        """Variables ask for labels that are there, and that have few values."""
        for variable in variables:
            name = variable["name"]
            self.variables.append(name)
            yield from self.source(variable, f"${name}")
            asked = variable.get("query", {})
            asked = asked.get("query", "") if isinstance(asked, dict) else asked
            parts = QUERY.match(asked)
            if variable.get("type") != "query" or not parts or variable.get("definition") != asked:
                yield self.say("has to be label_values(METRIC, LABEL), said alike in query and definition", f"${name}")
                continue
            query = promql.Query(parts[1], self.root)
            self.used |= query.variables()
            yield from (self.say(reason, f"${name}") for reason in query.check())
            yield from self.job(query, f"${name}")
            try:
                has = query.result()
            except promql.Strange:
                continue
            if parts[2] not in has:
                yield self.say(f"asks for {parts[2]}, which is no label of {parts[1]}", f"${name}")
            if MANY.match(parts[2]):
                yield self.say(f"{parts[2]} has too many values to choose from", f"${name}")

    def places(self, panels):
        """Panels lie side by side."""
        taken = {}
        for panel in panels:
            at = panel.get("gridPos", {})
            if not {"x", "y", "w", "h"} <= at.keys() or at["x"] + at["w"] > WIDTH:
                yield self.say("has no place, or reaches out of the page", panel.get("title"))
                continue
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            over = {taken[cell] for cell in cells & taken.keys()}
            if over:
                yield self.say(f"lies over {', '.join(sorted(over))}", panel.get("title"))
            taken |= dict.fromkeys(cells, str(panel.get("title")))

    def source(self, thing, title):
        """The data source is the one that is provisioned."""
        if thing.get("datasource") != {"type": "prometheus", "uid": self.uid}:
            yield self.say(f"its data source is not {self.uid}, the one that is provisioned", title)

    def job(self, query, title):
        """Jobs that are named are scraped."""
        for job in sorted(set(query.jobs()) - self.jobs):
            yield self.say(f"asks for the job {job}, which nobody scrapes", title)

    def panel(self, panel):
        """One panel."""
        title = panel.get("title")
        if not title:
            yield self.say(f"panel {panel.get('id')} has no title")
        if panel.get("type") not in KINDS:
            yield self.say(f"{panel.get('type')} is no kind of panel that is used here", title)
        described = panel.get("description", "")
        if "Normal:" not in described or not re.search(r"(Else|Otherwise): ", described):
            yield self.say("its description has to say what is normal (Normal: …) and what to do (Else: …)", title)
        for page in re.findall(r"docs/[\w/.-]+\.md", described):
            if not (self.root / page).is_file():
                yield self.say(f"names {page}, which is not there", title)
        unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit")
        if unit not in UNITS and not re.match(r"^suffix: ?[a-z]", unit or ""):
            yield self.say(f"unit {unit} is none that Grafana knows", title)
        if panel["type"] == "timeseries" and not panel.get("options", {}).get("legend", {}).get("showLegend"):
            yield self.say("shows no legend", title)
        yield from self.source(panel, title)
        if not panel.get("targets"):
            yield self.say("asks nothing", title)
        for target in panel.get("targets", []):
            yield from self.source(target, title)
            yield from self.target(target, title)

    def target(self, target, title):
        """One query and its legend."""
        query = promql.Query(target["expr"], self.root)
        self.used |= query.variables()
        self.asked.append((f"{self.place}: {title}", target["expr"]))
        strange = list(query.check())
        yield from (self.say(reason, title) for reason in strange)
        yield from self.job(query, title)
        legend = target.get("legendFormat", "")
        if not legend or legend == "__auto":
            yield self.say("a line of it has no name: legendFormat", title)
        if not strange:
            for name in sorted(set(re.findall(r"\{\{\s*(\w+)\s*\}\}", legend)) - query.result()):
                yield self.say(f"names its lines by {name}, which they do not have", title)
