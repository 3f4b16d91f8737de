"""Files by themselves: YAML that says each thing once, and the version that is meant everywhere."""

import tomllib

import yaml

from manifests import Breach

FOLDERS = ("k8s", "deploy", "grafana", ".github", "alerts")


class Once(yaml.SafeLoader):
    """Refuses a key that is there twice: otherwise the last one counts, and nobody sees it."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            # merges are made of others' keys
            if key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.YAMLError(f"{key.value} is there twice{key.start_mark}")
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def check(root):
    """All breaches in YAML files, and in versions."""
    files = [root / "docker-compose.yml"]
    for folder in FOLDERS:
        files += [path for end in ("yml", "yaml") for path in (root / folder).rglob(f"*.{end}")]
    for path in sorted(files):
        try:
            list(yaml.load_all(path.read_text(), Loader=Once))
        except yaml.YAMLError as error:
            yield Breach(str(path.relative_to(root)), " ".join(str(error).split()))
    yield from versions(root)


def versions(root):
    """Overlays name the image of this version."""
    version = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    for path in sorted((root / "k8s/overlays").glob("*/kustomization.yaml")):
        for image in yaml.safe_load(path.read_text()).get("images", []):
            if image["name"] == "sooho" and image.get("newTag") != version:
                yield Breach(str(path.relative_to(root)), f"names sooho {image.get('newTag')}, but this is {version}")
