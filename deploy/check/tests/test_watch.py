"""What is watched: metrics and their page, alerts, dashboards."""

import json
import shutil
import unittest
from unittest import mock

import alerts
import dashboards
import metrics
import promql
from tests.test_files import Copy
from whole import ROOT


class Read(Copy):
    """Metrics as the sources register them."""

    def make(self, text):
        path = self.root / "crates/x/src/metrics.rs"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return {name: (each.kind, set(each.labels)) for name, each in metrics.exported(self.root).items() if name.startswith("sooho_x")}

    def test_in_place(self):
        text = 'let a = IntCounterVec::new(Opts::new("sooho_x_total", "What (odd) \\"it\\" is; here"), &["chain", "of"])?;'
        self.assertEqual(self.make(text), {"sooho_x_total": ("counter", {"chain", "of"})})

    def test_without_labels(self):
        self.assertEqual(self.make('let a = IntGauge::new("sooho_x", "help")?;'), {"sooho_x": ("gauge", set())})

    def test_by_a_closure_with_a_constant_label(self):
        text = """const BY: [&str; 1] = ["endpoint"];
        fn new(chain: &str) {
            let opts = |name, help| Opts::new(name, help).const_label("chain", chain);
            let gauge = |name, help| IntGaugeVec::new(opts(name, help), &BY);
            Self { a: gauge("sooho_x_a", "help")?, b: CounterVec::new(opts("sooho_x_b", "help"), &[])? }
        }"""
        self.assertEqual(self.make(text), {"sooho_x_a": ("gauge", {"chain", "endpoint"}), "sooho_x_b": ("counter", {"chain"})})

    def test_described_before_it_is_made(self):
        text = 'let o = HistogramOpts::new("sooho_x_seconds", "help").buckets(vec![0.1]);\nSelf { o: HistogramVec::new(o, &["chain"])? };'
        self.assertEqual(self.make(text), {"sooho_x_seconds": ("histogram", {"chain"})})

    def test_what_cannot_be_read(self):
        with self.assertRaisesRegex(metrics.Unread, "sooho_x_odd: nothing is made of it"):
            self.make('let name = "sooho_x_odd"; somewhere::else_made(name);')

    def test_two_that_are_not_alike(self):
        with self.assertRaisesRegex(metrics.Unread, "registered twice"):
            self.make('let a = IntGauge::new("sooho_x", "help")?;\nlet b = IntCounter::new("sooho_x", "help")?;')


class Page(Copy):
    """docs/metrics.md beside the sources."""

    def refuse(self, old, new, reason):
        self.replace(metrics.TABLE, old, new)
        self.assertIn(reason, self.said(metrics.check(self.root, ROOT)))

    def test_what_is_there_is_right(self):
        self.assertEqual(self.said(metrics.check(self.root, ROOT)), "")

    def test_a_row_that_is_missing(self):
        self.refuse("| `sooho_http_panics_total` |", "| sooho_http_panics_total |", "sooho_http_panics_total is exported, and has no row")

    def test_a_row_too_many(self):
        row = "| `sooho_price_jobs_leading` | gauge | none | 0 or 1 |"
        self.refuse(row, row.replace("jobs", "cooks"), "sooho_price_cooks_leading has a row, and nobody exports it")

    def test_another_type(self):
        self.refuse("| `sooho_indexer_events_total` | counter |", "| `sooho_indexer_events_total` | gauge |", "is a counter, not a gauge")

    def test_other_labels(self):
        self.refuse("`sooho_indexer_retries_total` | counter | `chain`, `origin`", "`sooho_indexer_retries_total` | counter | `chain`, `from`", "has the labels chain, origin")

    def test_no_unit(self):
        self.refuse("| `sooho_rows_bytes` | gauge | `chain` | bytes |", "| `sooho_rows_bytes` | gauge | `chain` |   |", "has no unit")


class Queries(unittest.TestCase):
    """What a query speaks of."""

    def strange(self, text):
        return " ".join(promql.Query(text, ROOT).check())

    def test_what_is_right(self):
        for text, labels in (
            ("sum by (chain) (rate(sooho_indexer_events_total[5m]))", {"chain"}),
            ("histogram_quantile(0.9, sum by (route, le) (rate(sooho_http_request_seconds_bucket{service=\"a)b\"}[5m])))", {"route"}),
            ("time() - max by (chain) (sooho_indexer_block and on (instance, chain) sooho_indexer_leading == 1)", {"chain"}),
            ("sum(sooho_price_jobs_leading) == 0", set()),
            ("topk(3, sum by (route) (rate(sooho_http_requests_total[5m])))", {"route"}),
            ("absent(up{job=\"serving\"})", {"job"}),
            ("deriv((sooho_indexer_head_block - sooho_indexer_block)[10m:1m])", {"chain", "job", "instance"}),
        ):
            self.assertEqual((self.strange(text), promql.Query(text, ROOT).result()), ("", labels), text)

    def test_what_is_not_there(self):
        for text, reason in (
            ("sooho_nothing", "names sooho_nothing"),
            ("something_else", "names something_else"),
            ('sooho_indexer_block{dex="v3"}', "has no label dex"),
            ("sum by (dex) (sooho_indexer_block)", "groups sooho_indexer_block by dex"),
            ("sum(sooho_indexer_block) by (dex)", "groups sooho_indexer_block by dex"),
            ("sum by (le) (rate(sooho_indexer_commit_seconds_count[5m]))", "by le"),
            ("rate(sooho_indexer_commit_seconds[5m])", "is a histogram"),
            ("sooho_indexer_block and on (dex) sooho_indexer_leading", "joins sooho_indexer_block by dex"),
            ("sum(sooho_indexer_block", "is not closed"),
        ):
            self.assertIn(reason, self.strange(text), text)


class Alerts(Copy):
    """Rules, their pages and trials."""

    def setUp(self):
        super().setUp()
        # what promtool says is asked for once, below
        patch = mock.patch("promql.promtool", lambda: None)
        patch.start()
        self.addCleanup(patch.stop)

    def refuse(self, path, old, new, reason):
        self.replace(path, old, new)
        self.assertIn(reason, self.said(alerts.check(self.root, ROOT)))

    def test_what_is_there_is_right(self):
        self.assertEqual(self.said(alerts.check(self.root, ROOT)), "")

    def test_labels(self):
        self.refuse("alerts/process.yml", "sum by (service) (increase(", "sum by (dex) (increase(", "by dex, which it does not have")

    def test_labels_that_are_told(self):
        self.refuse("alerts/process.yml", "Requests of {{ $labels.service }}", "Requests of {{ $labels.chain }}", "tells of chain")

    def test_jobs(self):
        self.refuse("alerts/process.yml", "indexer|serving|nft-api", "indexer|server|nft-api", "the job server")

    def test_severity(self):
        self.refuse("alerts/process.yml", "severity: critical", "severity: page", "its severity")

    def test_for(self):
        self.refuse("alerts/process.yml", "        for: 3m\n", "", "how long it has to be so")

    def test_summary(self):
        self.refuse("alerts/process.yml", 'summary: "Nobody runs', 'summery: "Nobody runs', "has no summary")

    def test_a_page_that_is_not_there(self):
        (self.root / "docs/runbooks/service-gone.md").unlink()
        self.assertIn("its page is not there", self.said(alerts.check(self.root, ROOT)))

    def test_a_page_of_another(self):
        self.refuse("docs/runbooks/service-gone.md", "# ServiceGone", "# ServiceWent", "is not of it")

    def test_a_page_without_a_section(self):
        self.refuse("docs/runbooks/service-gone.md", "## What to do", "## Then", "## What to do")

    def test_a_page_with_a_command_that_is_none(self):
        self.refuse("docs/runbooks/service-gone.md", "`sooho config check`", "`sooho diagnose`", "run sooho diagnose")

    def test_a_page_without_an_alert(self):
        shutil.copy(self.root / "docs/runbooks/service-gone.md", self.root / "docs/runbooks/service-lost.md")
        self.assertIn("service-lost.md: has no alert", self.said(alerts.check(self.root, ROOT)))

    def test_an_alert_that_never_fires(self):
        self.refuse("alerts/process.test.yml", "alertname: ServiceGone\n", "alertname: InstanceDown\n", "ServiceGone never fires")

    def test_an_alert_that_is_never_silent(self):
        self.refuse("alerts/process.test.yml", "alertname: ServiceGone,", "alertname: InstanceDown,", "ServiceGone never stays silent")

    def test_a_trial_of_nothing(self):
        self.refuse("alerts/process.test.yml", "alertname: ServiceGone,", "alertname: ServiceLost,", "there is no alert ServiceLost")

    def test_twice(self):
        self.refuse("alerts/chain.yml", "alert: EndpointDown", "alert: ServiceGone", "is there twice")


@unittest.skipUnless(promql.promtool(), "promtool is not there: rules are read, and not tried")
class Tried(Copy):
    """By the tool of Prometheus."""

    def test_an_alert_that_says_something_else(self):
        self.replace("alerts/process.yml", "up{job=~\"indexer|serving|nft-api\"} == 0\n        for: 2m", "up{job=~\"indexer|serving|nft-api\"} == 2\n        for: 2m")
        self.assertIn("process.test.yml", self.said(alerts.tool(self.root)))

    def test_a_query_that_is_none(self):
        self.replace("grafana/dashboards/prices.json", '"sum(sooho_price_jobs_leading)"', '"sum(sooho_price_jobs_leading) sum"')
        self.assertIn("cannot read sum(sooho_price_jobs_leading) sum", self.said(dashboards.check(self.root, ROOT)))


class Dashboards(Copy):
    """Dashboards of Grafana."""

    FILE = "grafana/dashboards/indexer.json"

    def setUp(self):
        super().setUp()
        patch = mock.patch("promql.promtool", lambda: None)
        patch.start()
        self.addCleanup(patch.stop)

    def refuse(self, change, reason):
        board = json.loads((self.root / self.FILE).read_text())
        change(board, next(panel for panel in board["panels"] if panel["type"] == "timeseries"))
        (self.root / self.FILE).write_text(json.dumps(board))
        self.assertIn(reason, self.said(dashboards.check(self.root, ROOT)))

    def ask(self, expr, reason):
        self.refuse(lambda _, panel: panel["targets"][0].update(expr=expr), reason)

    def test_what_is_there_is_right(self):
        self.assertEqual(self.said(dashboards.check(self.root, ROOT)), "")

    def test_no_json(self):
        (self.root / self.FILE).write_text("{")
        self.assertIn("is no JSON", self.said(dashboards.check(self.root, ROOT)))

    def test_a_key_twice(self):
        self.replace(self.FILE, '"uid": "sooho-indexer",', '"uid": "x", "uid": "sooho-indexer",')
        self.assertIn("uid is there twice", self.said(dashboards.check(self.root, ROOT)))

    def test_uid_of_another(self):
        self.refuse(lambda board, _: board.update(uid="sooho-prices"), "has the uid of")

    def test_title_of_another(self):
        self.refuse(lambda board, _: board.update(title="sooho: prices"), "has the title of")

    def test_ids(self):
        self.refuse(lambda board, _: board.update(id=7), "for Grafana to give")

    def test_ids_of_panels(self):
        self.refuse(lambda board, panel: panel.update(id=board["panels"][-1]["id"]), "two panels with the id")

    def test_titles_of_panels(self):
        self.refuse(lambda board, panel: panel.update(title=board["panels"][-1]["title"]), "two panels with the title")

    def test_places(self):
        self.refuse(lambda board, panel: panel.update(gridPos=board["panels"][-1]["gridPos"]), "lies over")
        self.refuse(lambda _, panel: panel.update(gridPos={"x": 20, "y": 900, "w": 8, "h": 8}), "out of the page")

    def test_kinds(self):
        self.refuse(lambda _, panel: panel.update(type="graph"), "no kind of panel")

    def test_descriptions(self):
        self.refuse(lambda _, panel: panel.update(description="Blocks."), "what is normal")

    def test_pages_that_descriptions_name(self):
        self.refuse(lambda _, panel: panel.update(description="Normal: 0. Else: docs/runbooks/none.md."), "docs/runbooks/none.md, which is not there")

    def test_units(self):
        self.refuse(lambda _, panel: panel["fieldConfig"]["defaults"].update(unit="blocks"), "none that Grafana knows")

    def test_legends(self):
        self.refuse(lambda _, panel: panel["options"].update(legend={"showLegend": False}), "shows no legend")

    def test_names_of_lines(self):
        self.refuse(lambda _, panel: panel["targets"][0].pop("legendFormat"), "has no name")
        self.refuse(lambda _, panel: panel["targets"][0].update(legendFormat="{{dex}}"), "names its lines by dex")

    def test_data_sources(self):
        other = {"type": "prometheus", "uid": "other"}
        self.refuse(lambda _, panel: panel["targets"][0].update(datasource=other), "its data source is not prometheus")
        self.refuse(lambda _, panel: panel.update(datasource=other), "its data source is not prometheus")
        self.refuse(lambda board, _: board["templating"]["list"][0].update(datasource=other), "$chain: its data source")

    def test_metrics(self):
        self.ask("sum by (chain) (sooho_indexer_height)", "names sooho_indexer_height")

    def test_metrics_of_others(self):
        self.ask("sum by (chain) (mongodb_up)", "names mongodb_up")

    def test_labels(self):
        self.ask('max by (chain) (sooho_indexer_block{dex="v3"})', "has no label dex")

    def test_grouping(self):
        self.ask("max by (chain, dex) (sooho_indexer_block)", "by dex, which it does not have")

    def test_jobs(self):
        self.ask('max by (chain) (sooho_indexer_block{job="index"})', "the job index")

    def test_variables(self):
        self.ask('max by (chain) (sooho_indexer_block{chain=~"$chains"})', "uses $chains, which it does not define")

    def test_variables_that_are_not_used(self):
        self.refuse(lambda board, _: board["templating"]["list"].append({**board["templating"]["list"][0], "name": "more"}), "defines $more")

    def test_queries_of_variables(self):
        def asks(query):
            return lambda board, _: board["templating"]["list"][0].update(query={"query": query}, definition=query)

        self.refuse(asks("label_values(chain)"), "has to be label_values")
        self.refuse(asks("label_values(sooho_indexer_block, dex)"), "asks for dex")
        self.refuse(asks("label_values(sooho_http_requests_total, route)"), "too many values")
        self.refuse(asks("label_values(sooho_none, chain)"), "names sooho_none")

    def test_nothing_asked(self):
        self.refuse(lambda _, panel: panel.update(targets=[]), "asks nothing")


if __name__ == "__main__":
    unittest.main()
