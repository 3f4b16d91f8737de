"""Every object against its schema, unknown fields refused: those of Kubernetes by its own schemas, others by custom.py."""

import jsonschema
import kubernetes_validate

import custom
from manifests import Breach, name_of

VERSION = "1.37.0"
BUILT_IN = {"apps", "autoscaling", "batch", "policy"}


def is_built_in(thing):
    """Whether the kind is one of Kubernetes itself."""
    group, _, version = thing["apiVersion"].rpartition("/")
    return (not group and version == "v1") or group in BUILT_IN or group.endswith(".k8s.io")


def check(things):
    """Breaches of all schemas; two objects of one name are one, too."""
    seen, breaches = set(), []
    for thing in things:
        place = name_of(thing)
        key = (thing["apiVersion"], place, thing["metadata"].get("namespace"))
        if key in seen:
            breaches.append(Breach(place, "is there twice"))
        seen.add(key)
        try:
            if is_built_in(thing):
                kubernetes_validate.validate(thing, VERSION, strict=True)
            else:
                jsonschema.validate(thing, custom.schema_of(thing))
        except (kubernetes_validate.ValidationError, jsonschema.ValidationError) as error:
            where = ".".join(str(part) for part in error.path)
            breaches.append(Breach(place, f"{where or 'the object'}: {error.message[:300]}"))
        except (kubernetes_validate.SchemaNotFoundError, custom.Unknown) as error:
            breaches.append(Breach(place, f"no schema is known for {thing['apiVersion']}: {error}"))
    return breaches
