"""The shapes of the custom resources that are used here, as narrow as their use: a field that is not listed is a mistake."""


class Unknown(Exception):
    """A kind that nobody described."""


def obj(required=(), **properties):
    """An object with these fields and no others; a field named in `required` must be there."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }


def listed(item, least=1):
    """A list of such items."""
    return {"type": "array", "items": item, "minItems": least}


def one_of(*values):
    """One of these texts."""
    return {"enum": list(values)}


TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
ANY = {"type": "object"}
DURATION = {"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w|y))+$"}
NAMED = obj(["name"], name=TEXT)
SELECTOR = obj(
    matchLabels=TEXTS,
    matchExpressions=listed(obj(["key", "operator"], key=TEXT, operator=TEXT, values=listed(TEXT))),
)
RULE = obj(
    ["expr"],
    alert=TEXT,
    record=TEXT,
    expr=TEXT,
    **{"for": DURATION},
    keep_firing_for=DURATION,
    labels=TEXTS,
    annotations=TEXTS,
)
RULE["oneOf"] = [{"required": ["alert"]}, {"required": ["record"]}]

SPECS = {
    "monitoring.coreos.com/v1 ServiceMonitor": obj(
        ["selector", "endpoints"],
        jobLabel=TEXT,
        selector=SELECTOR,
        namespaceSelector=obj(matchNames=listed(TEXT), any={"type": "boolean"}),
        endpoints=listed(
            obj(
                ["port", "path"],
                port=TEXT,
                path={"type": "string", "pattern": "^/"},
                interval=DURATION,
                scrapeTimeout=DURATION,
                honorLabels={"type": "boolean"},
            )
        ),
    ),
    "monitoring.coreos.com/v1 PrometheusRule": obj(
        ["groups"],
        groups=listed(obj(["name", "rules"], name=TEXT, interval=DURATION, rules=listed(RULE))),
    ),
    "external-secrets.io/v1 SecretStore": obj(
        ["provider"],
        provider=obj(
            ["aws"],
            aws=obj(
                ["service", "region", "auth"],
                service=one_of("SecretsManager", "ParameterStore"),
                region=TEXT,
                # keys in a Secret are refused by being left out
                auth=obj(["jwt"], jwt=obj(["serviceAccountRef"], serviceAccountRef=NAMED)),
            ),
        ),
    ),
    "external-secrets.io/v1 ExternalSecret": obj(
        ["secretStoreRef", "target", "data"],
        refreshInterval=DURATION,
        secretStoreRef=obj(["kind", "name"], kind=one_of("SecretStore"), name=TEXT),
        target=obj(
            ["name"],
            name=TEXT,
            creationPolicy=one_of("Owner", "Merge", "Orphan", "None"),
            deletionPolicy=one_of("Retain", "Delete", "Merge"),
        ),
        data=listed(
            obj(
                ["secretKey", "remoteRef"],
                secretKey=TEXT,
                remoteRef=obj(["key"], key=TEXT, property=TEXT, version=TEXT),
            )
        ),
    ),
    "vpcresources.k8s.aws/v1beta1 SecurityGroupPolicy": {
        **obj(
            ["securityGroups"],
            podSelector=SELECTOR,
            serviceAccountSelector=SELECTOR,
            securityGroups=obj(
                ["groupIds"],
                groupIds={**listed({"type": "string", "pattern": "^sg-[0-9a-f]{8,17}$"}), "maxItems": 5},
            ),
        ),
        "oneOf": [{"required": ["podSelector"]}, {"required": ["serviceAccountSelector"]}],
    },
    "cert-manager.io/v1 Issuer": obj(["selfSigned"], selfSigned=ANY),
    "mongodbcommunity.mongodb.com/v1 MongoDBCommunity": obj(
        ["type", "members", "version", "security", "users"],
        type=one_of("ReplicaSet"),
        members={"type": "integer", "minimum": 1},
        version={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
        security=obj(
            ["authentication"],
            authentication=obj(["modes"], modes=listed(one_of("SCRAM", "SCRAM-SHA-256", "SCRAM-SHA-1", "X509"))),
            tls=ANY,
        ),
        users=listed(
            obj(
                ["name", "db", "passwordSecretRef", "roles", "scramCredentialsSecretName"],
                name=TEXT,
                db=TEXT,
                passwordSecretRef=obj(["name"], name=TEXT, key=TEXT),
                roles=listed(obj(["name", "db"], name=TEXT, db=TEXT)),
                scramCredentialsSecretName=TEXT,
                connectionStringSecretName=TEXT,
            )
        ),
        additionalMongodConfig=ANY,
        statefulSet=obj(["spec"], spec=ANY),
    ),
}


def schema_of(thing):
    """The schema of a custom resource."""
    kind = f"{thing['apiVersion']} {thing['kind']}"
    if kind not in SPECS:
        raise Unknown(f"describe {kind} in deploy/check/custom.py")
    metadata = obj(["name"], name=TEXT, namespace=TEXT, labels=TEXTS, annotations=TEXTS)
    return obj(
        ["apiVersion", "kind", "metadata", "spec"],
        apiVersion=TEXT,
        kind=TEXT,
        metadata=metadata,
        spec=SPECS[kind],
    )
