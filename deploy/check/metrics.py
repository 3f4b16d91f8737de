"""What the program tells Prometheus, read from the sources: name, type and labels of each metric. `docs/metrics.md` has to say the same."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from manifests import Breach

FOLDERS = ("sooho", "indexer", "serving", "nft-api", "crates")
TABLE = "docs/metrics.md"
NAME = re.compile(r'"(sooho_[a-z0-9_]*[a-z0-9])"')
CONSTANT = re.compile(r'\.const_label\(\s*"(\w+)"')
MADE = re.compile(r"\b(?:Int)?(Counter|Gauge|Histogram)(?:Vec)?::(?:new|with_opts)\b")
KIND = re.compile(r"\b(?:Int)?(Counter|Gauge|Histogram)(?:Vec)?::(?:new|with_opts)$")
# what only describes a metric, and makes none
OPTIONS = ("Opts::new", "HistogramOpts::new", "HistogramOpts::from", "opts")
ROW = re.compile(r"^\| `(sooho_[a-z0-9_]+)` \| (\w+) \| ([^|]*) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ENDINGS = ("_bucket", "_sum", "_count")


class Unread(Exception):
    """A metric that is made in a way that is not understood here."""


@dataclass(frozen=True)
class Metric:
    """A metric as it is registered."""

    name: str
    kind: str
    labels: frozenset


def files(root):
    """Sources, tests excluded."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.rs")):
            parts = path.relative_to(root).parts
            if "tests" not in parts and path.name != "tests.rs" and not path.name.startswith("test_"):
                yield path


def exported(root):
    """All of them by name."""
    return _exported(Path(root))


@functools.cache
def _exported(root):
    found = {}
    for path in files(root):
        source = Source(path, path.read_text())
        for match in NAME.finditer(source.text):
            name = match[1]
            try:
                metric = Metric(name, *source.read(match.start()))
            except Unread as error:
                raise Unread(f"{path.relative_to(root)}: {name}: {error}") from None
            if found.setdefault(name, metric) != metric:
                raise Unread(f"{path.relative_to(root)}: {name} is registered twice, and not alike")
    return found


class Source:
    """A file in which metrics are made."""

    def __init__(self, path, text):
        # names and labels stay; other texts and comments hold brackets that mean nothing
        text = re.sub(r'(?s)"(?:\\.|[^"\\])*"', lambda found: found[0] if re.fullmatch(r'"\w+"', found[0]) else '""', text)
        self.path, self.text = path, re.sub(r"//[^\n]*", "", text)

    def read(self, at):
        """Type and labels of the metric whose name is at this place."""
        kind, labels, constant = None, None, set()
        for callee, arguments in self.calls(at):
            if "const_label" in arguments:
                constant |= set(CONSTANT.findall(arguments))
            made = KIND.search(callee)
            body = None if made or callee in OPTIONS[:3] else self.body(callee)
            kind = kind or (made and made[1].lower()) or (body and self.kind_in(body))
            if callee == "opts" or body:
                constant |= self.constants_in(body or "")
            if made or (body and callee != "opts"):
                labels = labels or self.list_in(arguments) or (body and self.list_in(body))
        if kind is None:
            kind, labels = self.read_later(at)
        constant |= set(CONSTANT.findall(self.text[at : self.text.index(";", at)])) if self.variable(at) else set()
        return kind, frozenset((labels or frozenset()) | constant)

    def read_later(self, at):
        """Of `let options = Opts::new(…)`, of which a metric is made further on."""
        variable = self.variable(at)
        made = variable and re.search(rf"\b(?:Int)?(Counter|Gauge|Histogram)(?:Vec)?::(?:new|with_opts)\(\s*{variable}\b([^;?]*)", self.text)
        if not made:
            raise Unread("nothing is made of it that could be read")
        return made[1].lower(), self.list_in(made[2])

    def variable(self, at):
        """The name that what is made here gets, if `let` gives it one."""
        begin = max(self.text.rfind(end, 0, at) for end in (";", "{\n", "}\n"))
        found = re.match(r"\s*let (\w+)\b", self.text[begin + 1 : at])
        return found and found[1]

    def calls(self, at):
        """(callee, its arguments) of each call around a place, the innermost first; no further than the block."""
        depth = 0
        for place in range(at - 1, -1, -1):
            letter = self.text[place]
            if letter in ")]}":
                depth += 1
            elif letter in "([{" and depth:
                depth -= 1
            elif letter in "{;" and not depth:
                return
            elif letter == "(":
                callee = re.search(r"([\w:]+)\s*$", self.text[:place])
                if callee:
                    yield callee[1], self.text[place : self.closing(place)]

    def closing(self, place):
        """Where what opens here ends."""
        depth = 0
        for index in range(place, len(self.text)):
            depth += (self.text[index] in "([{") - (self.text[index] in ")]}")
            if not depth:
                return index + 1
        return len(self.text)

    def list_in(self, text):
        """Labels that arguments name, there or by a constant."""
        found = re.search(r"&\[([^\]]*)\]", text)
        if found:
            return frozenset(re.findall(r'"(\w+)"', found[1]))
        for name in re.findall(r"&(\w+)\b(?!\()", text):
            known_list = re.search(rf"\b(?:const|let) {name}\b(?:: [^=]*)? = \[([^\]]*)\]", self.text)
            if known_list:
                return frozenset(re.findall(r'"(\w+)"', known_list[1]))
        return None

    def function(self, name):
        """The body of a function."""
        begin = re.search(rf"\bfn {name}\(", self.text)
        if not begin:
            return None
        begin = self.text.index("{", self.closing(begin.end() - 1))
        return self.text[begin : self.closing(begin)]

    def body(self, callee):
        """What a closure or a function of this name does; what it hands on to is followed."""
        if callee.startswith("super::"):
            parent = self.path.parent.with_suffix(".rs")
            return Source(parent, parent.read_text()).function(callee[7:]) if parent.is_file() else None
        if "::" in callee:
            return None
        closure = re.search(rf"\blet {callee}\s*=\s*\|", self.text)
        if not closure:
            return self.function(callee)
        begin = self.text.index("|", closure.end()) + 1
        depth = 0
        for index in range(begin, len(self.text)):
            depth += (self.text[index] in "([{") - (self.text[index] in ")]}")
            if self.text[index] == ";" and not depth:
                break
        text = self.text[begin:index]
        handed = re.match(r"\s*((?:super::)?\w+)\(", text)
        if handed:
            # a closure that has the name of the function that it calls
            further = self.function(callee) if handed[1] == callee else self.body(handed[1])
            return f"{text}\n{further or ''}"
        return text

    @staticmethod
    def kind_in(body):
        """Type of what a body makes."""
        made = MADE.search(body)
        return made and made[1].lower()

    def constants_in(self, body):
        """Labels that a body sets, by itself or by `opts`."""
        found = set(CONSTANT.findall(body))
        return found | set(CONSTANT.findall(self.body("opts") or "")) if re.search(r"\bopts\(", body) or not body else found


def known(root, name):
    """The metric that a name in a query speaks of, and whether it is one of a histogram's parts; None if there is none."""
    metrics = exported(root)
    if name in metrics:
        return metrics[name], ""
    for end in ENDINGS:
        base = metrics.get(name.removesuffix(end)) if name.endswith(end) else None
        if base and base.kind == "histogram":
            return base, end
    return None


def check(root, sources=None):
    """docs/metrics.md says of each metric what the sources say, and of no other."""
    try:
        metrics = exported(sources or root)
    except Unread as error:
        yield Breach("metrics", f"{error}: teach deploy/check/metrics.py to read it")
        return
    rows = {}
    for name, kind, labels, unit, meaning in ROW.findall((root / TABLE).read_text()):
        if name in rows:
            yield Breach(TABLE, f"{name} is there twice")
        rows[name] = (kind, frozenset(re.findall(r"`(\w+)`(?=:|,|\s|$)", re.sub(r"\([^)]*\)", "", labels))))
        if not unit.strip() or len(meaning.strip()) < 10:
            yield Breach(TABLE, f"{name} has no unit or no meaning")
    for name in sorted(metrics.keys() - rows.keys()):
        yield Breach(TABLE, f"{name} is exported, and has no row")
    for name in sorted(rows.keys() - metrics.keys()):
        yield Breach(TABLE, f"{name} has a row, and nobody exports it")
    for name in sorted(rows.keys() & metrics.keys()):
        kind, labels = rows[name]
        if kind != metrics[name].kind:
            yield Breach(TABLE, f"{name} is a {metrics[name].kind}, not a {kind}")
        if labels != metrics[name].labels:
            yield Breach(TABLE, f"{name} has the labels {', '.join(sorted(metrics[name].labels)) or 'none'}")
