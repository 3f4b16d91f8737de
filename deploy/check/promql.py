"""Queries for Prometheus, as far as it takes to see whether a metric has the labels that they speak of. Whether they are well-formed is for promtool."""

import os
import re
import shutil

import metrics

TOKEN = re.compile(r"""\s+|\#[^\n]*|(?P<text>"(?:\\.|[^"\\])*")|(?P<word>\$\{?\w+\}?|[A-Za-z_:][\w:]*)|(?P<number>[0-9][\w.]*)|(?P<sign>=~|!~|!=|==|>=|<=|.)""", re.S)
AGGREGATIONS = {"sum", "min", "max", "avg", "count", "group", "topk", "bottomk", "quantile", "stddev", "stdvar", "count_values"}
LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
WORDS = LISTS | {"and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end"}
# what each scraped series has, wherever it is scraped
TARGET = {"job", "instance"}
# what Prometheus says itself
OWN = {"up": set(), "scrape_duration_seconds": set(), "scrape_samples_scraped": set(), "ALERTS": {"alertname", "alertstate", "severity", "chain"}}
BUILT_IN = {"__rate_interval", "__interval", "__range"}


def promtool():
    """The program that reads and tries rules; None where there is none."""
    return os.environ.get("SOOHO_PROMTOOL") or shutil.which("promtool")


class Strange(Exception):
    """A query that speaks of what is not there."""


class Query:
    """A query and the metrics that it may speak of."""

    def __init__(self, text, root):
        self.root, self.tokens = root, [match[0] for match in TOKEN.finditer(text) if match.lastgroup]

    def check(self):
        """Everything that is wrong with it, in words."""
        try:
            yield from self.look()
            self.result()
        except Strange as error:
            yield str(error)

    def variables(self):
        """Variables that it uses."""
        return set(re.findall(r"\$\{?(\w+)", " ".join(self.tokens)))

    def look(self):
        """Labels of selectors, and of lists."""
        for at, word in enumerate(self.tokens):
            if self.is_selector(at):
                has = self.labels(word)
                yield from (f"{word} has no label {name}" for name, _, _ in self.matchers(at) if name not in has)
            elif word in AGGREGATIONS and self.is_call(at):
                names, inside, without = self.aggregation(at)[:3]
                metric = next((self.tokens[place] for place in inside if self.is_selector(place)), None)
                if metric and not without:
                    has = self.result(inside)
                    yield from (f"groups {metric} by {name}, which it does not have" for name in names if name not in has)
            elif word in ("on", "ignoring", "group_left", "group_right"):
                names = self.names(at + 1)
                before = [place for place in range(at) if self.is_selector(place)][-1:]
                after = [place for place in range(at + 1, len(self.tokens)) if self.is_selector(place)][:1]
                for place in before + after:
                    has = self.labels(self.tokens[place])
                    yield from (f"joins {self.tokens[place]} by {name}, which it does not have" for name in names if name not in has)

    def result(self, places=None):
        """Labels of what comes out: those of the first operand."""
        places = list(range(len(self.tokens))) if places is None else places
        index = 0
        while index < len(places):
            at = places[index]
            word = self.tokens[at]
            if self.is_selector(at):
                return self.labels(word)
            if word in AGGREGATIONS and self.is_call(at):
                names, inside, without, end = self.aggregation(at)
                if self.speaks(inside):
                    if word in ("topk", "bottomk"):
                        # they pick, and take nothing away
                        return self.result(inside)
                    return self.result(inside) - set(names) if without else set(names)
                index = self.after(places, end)
            elif word == "(" or self.is_call(at):
                begin = at if word == "(" else at + 1
                inside = list(range(begin + 1, self.closing(begin)))
                if self.speaks(inside):
                    if word == "absent":
                        place = next(place for place in inside if self.is_selector(place))
                        return {name for name, sign, _ in self.matchers(place) if sign == "="}
                    return self.result(inside) - ({"le"} if word == "histogram_quantile" else set())
                index = self.after(places, self.closing(begin))
            else:
                index += 1
        return set()

    @staticmethod
    def after(places, end):
        return next((index for index, place in enumerate(places) if place > end), len(places))

    def speaks(self, places):
        """Whether a metric is named there."""
        return any(self.is_selector(place) for place in places)

    def aggregation(self, at):
        """(labels, what is aggregated, whether those labels are left out, where it ends)."""
        names, without, begin = [], False, at + 1
        if self.tokens[begin] in ("by", "without"):
            names, without = self.names(begin + 1), self.tokens[begin] == "without"
            begin = self.closing(begin + 1) + 1
        end = self.closing(begin)
        inside = list(range(begin + 1, end))
        if end + 1 < len(self.tokens) and self.tokens[end + 1] in ("by", "without"):
            names, without = self.names(end + 2), self.tokens[end + 1] == "without"
            end = self.closing(end + 2)
        return names, inside, without, end

    def names(self, begin):
        """What is in a list of labels."""
        if begin >= len(self.tokens) or self.tokens[begin] != "(":
            return []
        return [word for word in self.tokens[begin + 1 : self.closing(begin)] if word != ","]

    def closing(self, begin):
        """Where what opens here ends."""
        depth = 0
        for place in range(begin, len(self.tokens)):
            depth += (self.tokens[place] in "([{") - (self.tokens[place] in ")]}")
            if not depth:
                return place
        raise Strange("is not closed")

    def is_call(self, at):
        """Whether a function or an aggregation begins here."""
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else ""
        word = self.tokens[at]
        return bool(re.match(r"[a-z]", word)) and word not in WORDS and (following == "(" or (word in AGGREGATIONS and following in ("by", "without")))

    def is_selector(self, at):
        """Whether this is the name of a metric."""
        word = self.tokens[at]
        if not re.match(r"[A-Za-z_]\w*$", word) or word in WORDS or self.is_call(at):
            return False
        depth = 0
        for place in range(at - 1, -1, -1):
            depth += (self.tokens[place] in ")}]") - (self.tokens[place] in "({[")
            if depth < 0:
                # inside of matchers, a window, or a list of labels
                inner = self.tokens[place] in "{[" or (place and self.tokens[place - 1] in LISTS)
                return not inner
        return True

    def matchers(self, at):
        """(label, sign, value) of a selector."""
        if at + 1 >= len(self.tokens) or self.tokens[at + 1] != "{":
            return []
        text = self.tokens[at + 2 : self.closing(at + 1)]
        return [(text[place], text[place + 1], text[place + 2].strip('"')) for place in range(0, len(text) - 2, 4)]

    def jobs(self):
        """Jobs that it names."""
        for at in range(len(self.tokens)):
            if self.is_selector(at):
                for name, _, value in self.matchers(at):
                    if name == "job" and not value.startswith("$"):
                        yield from value.split("|")

    def labels(self, name):
        """Labels of a metric."""
        if name in OWN:
            return OWN[name] | TARGET
        try:
            found = metrics.known(self.root, name)
        except metrics.Unread as error:
            raise Strange(f"cannot be compared: {error}") from None
        if not found:
            raise Strange(f"names {name}, which nobody exports")
        metric, part = found
        if metric.kind == "histogram" and not part:
            raise Strange(f"{name} is a histogram: ask for {name}_bucket, _sum or _count")
        return set(metric.labels) | TARGET | ({"le"} if part == "_bucket" else set())
