"""Asks a running service by its OpenAPI document: rest.py URL REQUESTS SEED FOLDER.

The document is enriched with values that the service has, so that questions reach further than a first refusal. Rounds with
new seeds follow each other until the service has counted that many requests, or a check fails.
"""

import json
import subprocess
import sys
import urllib.request

URL, REQUESTS, SEED, FOLDER = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance,content_type_conformance"


def text(path):
    with urllib.request.urlopen(URL + path, timeout=30) as answer:
        return answer.read().decode()


def rows(path):
    return json.loads(text(path))["items"]


def counted():
    lines = [line for line in text("/metrics").splitlines() if line.startswith("sooho_http_requests_total")]
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))


def known():
    """True values by the names of parameters."""
    pools, swaps = rows("/v1/pools?orderBy=swaps&first=30"), rows("/v1/swaps?first=30")
    positions, dexes = rows("/v1/positions?first=20"), rows("/v1/dexes")
    pairs = json.loads(text("/coingecko/pairs"))[:20]
    ids = [pool["id"] for pool in pools]
    tokens = sorted({pool[side]["address"] for pool in pools for side in ("token0", "token1") if pool[side]})
    accounts = sorted({swap["origin"] for swap in swaps if swap["origin"]})
    names = [dex["name"] for dex in dexes if dex["name"]]
    factories = [dex["factory"] for dex in dexes]
    markets = [pair["ticker_id"] for pair in pairs]
    blocks = sorted({swap["blockNumber"] for swap in swaps})
    return {
        "chain": [31337], "id": ids + tokens + factories, "pool": ids, "symbol": ids, "symbols": ids,
        "address": tokens + accounts, "token": tokens, "tokens": tokens, "tokenIn": tokens, "tokenOut": tokens,
        "amount": ["1", "1000000", "1000000000000000000"], "account": accounts, "owner": accounts, "name": names,
        "dex": names, "manager": [row["manager"] for row in positions], "tokenId": [row["tokenId"] for row in positions],
        "hash": [swap["txHash"] for swap in swaps], "pair": markets, "ticker_id": markets, "pool_id": ids,
        "recipient": accounts, "sender": accounts, "asOfBlock": blocks, "from": accounts, "to": tokens,
        "fromBlock": [1, 2, 3], "toBlock": [5, 20, 100], "number": blocks,
    }


def enrich(document, values):
    def shape(schema, name):
        return {"anyOf": [{"enum": values[name]}, {"enum": values[name]}, schema]} if values.get(name) else schema

    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                of_kind = parameter["schema"]
                place = of_kind.get("$ref", "").rsplit("/", 1)[-1]
                kind = document["components"]["schemas"].get(place, of_kind).get("type")
                given = values.get(parameter["name"], [None])[0]
                if ("integer" in (kind or [])) == isinstance(given, int):
                    parameter["schema"] = shape(of_kind, parameter["name"])
    for name in ("QuoteRequest", "TrialTransaction"):
        properties = document["components"]["schemas"][name]["properties"]
        for member in properties:
            if member != "chain":
                properties[member] = shape(properties[member], member)


def main():
    document = json.loads(text("/openapi.json"))
    enrich(document, known())
    path = f"{FOLDER}/openapi.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    operations = sum(len(item) for item in document["paths"].values())
    begun, seed = counted(), SEED
    while (asked := counted() - begun) < REQUESTS:
        each = max(10, min(200, (REQUESTS - asked) // operations))
        run = [sys.executable, "-m", "schemathesis.cli", "run", path, "--url", URL, "--checks", CHECKS, "--no-color"]
        run += ["--phases", "examples,coverage,fuzzing", "--max-examples", str(each), "--seed", str(seed)]
        run += ["--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off", "--workers", "2"]
        run += ["--request-timeout", "35", "--no-shrink"]
        print(f"==> round with seed {seed}: {asked} of {REQUESTS} requests so far", flush=True)
        if subprocess.run(run, cwd=FOLDER, check=False).returncode:
            sys.exit(f"a check failed; the seed is {seed}")
        seed += 1
    print(f"{counted() - begun} requests to {operations} operations: no server error, nothing undocumented")


main()
