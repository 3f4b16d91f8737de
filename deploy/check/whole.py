"""All checks, one after the other."""

from pathlib import Path

import alerts
import compose
import dashboards
import links
import manifests
import metrics
import names
import pods
import rules
import schemas
import texts
import workflows

ROOT = Path(__file__).resolve().parents[2]


def of_overlay(things, root):
    """Breaches in what reaches a cluster. What has another shape cannot be looked at by those who expect the right one."""
    return schemas.check(things) or beyond_schemas(things, root)


def beyond_schemas(things, root):
    """Breaches in objects that are well-formed."""
    return [*pods.check(things, root), *links.check(things, root), *names.check_pods(things, root)]


def all_parts(root):
    """(what is looked at, its breaches), one after the other."""
    yield "YAML, and the version it names", list(texts.check(root))
    yield "alert rules for Kubernetes are those of alerts/", rules.check(root)
    rendered = []
    if manifests.kubectl():
        for folder in manifests.overlays(root):
            try:
                things = manifests.render(folder)
            except ValueError as error:
                yield str(folder.relative_to(root)), [manifests.Breach("kustomize", str(error))]
                continue
            rendered += things
            yield f"{folder.relative_to(root)}: {len(things)} objects", of_overlay(things, root)
    yield "every metric that is named is exported", names.check_metrics(root, rendered)
    yield "docs/metrics.md is what the sources export", list(metrics.check(root))
    yield "alerts: labels, pages, trials", list(alerts.check(root))
    yield "dashboards", list(dashboards.check(root))
    yield "configuration of the containers", names.check_config(root)
    yield "docker-compose.yml and the image", list(compose.check(root))
    yield "workflows", list(workflows.check(root))
