#!/usr/bin/env python3
"""Do the services that were just deployed answer, from outside, of a block that is not old? Needs Python alone.

    deploy/smoke.py --api https://api.example.com --nft https://nft.example.com

Exit code 0: they do. 1: the last question that was not answered well, after all patience, is printed with its reason.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request

# one question
TIMEOUT = 10
# between two tries
PAUSE = 2


class Unwell(Exception):
    """An answer that is not as it should be."""


def ask(url, body=None):
    """(status, content type, text) of an answer, whatever it is."""
    headers = {"user-agent": "sooho-smoke", "accept": "application/json"}
    data = None
    if body is not None:
        data, headers["content-type"] = json.dumps(body).encode(), "application/json"
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read().decode(errors="replace")
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise Unwell(f"{url}: {getattr(error, 'reason', error)}") from error


def good(url, body=None):
    """The JSON of an answer that is 200."""
    status, _, text = ask(url, body)
    if status != 200:
        raise Unwell(f"{url} answers {status}: {text[:200].strip()}")
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unwell(f"{url} answers no JSON: {text[:200].strip()}") from error


def expect(holds, reason):
    """Refuses what does not hold."""
    if not holds:
        raise Unwell(reason)


def fresh(base, max_age, now=time.time):
    """Every chain has a block, and that is not old."""
    chains = good(f"{base}/status").get("chains", [])
    expect(chains, f"{base}/status names no chain")
    for chain in chains:
        block = chain.get("block")
        expect(block, f"{chain.get('name')} has no indexed block yet")
        age = now() - block["timestamp"]
        expect(max_age == 0 or age <= max_age, f"{chain['name']} stands at block {block['number']}, {age:.0f} s ago")


def api(base, max_age):
    """Questions to the DEX API."""
    yield "status", lambda: fresh(base, max_age)
    yield "document", lambda: expect(good(f"{base}/openapi.json").get("paths"), "the OpenAPI document has no paths")
    yield "REST", lambda: listed(good(f"{base}/v1/pools?first=1"))
    yield "GraphQL", lambda: graphql(good(f"{base}/graphql", {"query": "{ block { number } }"}))
    yield "refusals", lambda: refused(f"{base}/v1/pools?first=0")
    yield "hidden", lambda: hidden(base)


def nft(base, max_age):
    """Questions to the community API."""
    yield "status", lambda: fresh(base, max_age)
    yield "REST", lambda: listed(good(f"{base}/v1/collections"))
    yield "hidden", lambda: hidden(base)


def listed(answer):
    """A list is of a block."""
    expect(isinstance(answer.get("items"), list), f"a list without items: {str(answer)[:200]}")
    expect((answer.get("block") or {}).get("number") is not None, f"a list of no block: {str(answer)[:200]}")


def graphql(answer):
    """No errors, and a block."""
    expect(not answer.get("errors"), f"GraphQL has errors: {str(answer.get('errors'))[:200]}")
    expect((answer.get("data") or {}).get("block"), "GraphQL tells no block")


def refused(url):
    """A mistake is told as one."""
    status, kind, text = ask(url)
    expect(status == 400, f"{url} answers {status} where 400 is right")
    expect(kind == "application/problem+json" and "code" in json.loads(text), f"{url} refuses without saying why")


def hidden(base):
    """What is ours is not shown outside."""
    for path in ("/metrics", "/admin/keys"):
        status, _, _ = ask(base + path)
        expect(status in (401, 403, 404), f"{base}{path} answers {status} to everybody")


def persist(question, deadline):
    """Asks again until it is answered well, or there is no time left."""
    while True:
        try:
            return question()
        except (Unwell, KeyError, TypeError, AttributeError, ValueError) as error:
            if time.monotonic() + PAUSE > deadline:
                raise Unwell(str(error) or repr(error)) from error
            time.sleep(PAUSE)


def main(arguments=None):
    """All questions, in order."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--api", required=True, metavar="URL", help="where the DEX API is reached")
    parser.add_argument("--nft", metavar="URL", help="where the community API is reached")
    parser.add_argument("--max-age", type=int, default=300, metavar="S", help="most age of the newest block; 0: any")
    parser.add_argument("--patience", type=int, default=120, metavar="S", help="how long in all to ask again")
    parser.add_argument("--inside", action="store_true", help="asked past the door: /metrics may be seen")
    options = parser.parse_args(arguments)
    deadline = time.monotonic() + options.patience
    places = [("DEX API", api, options.api), ("community API", nft, options.nft)]
    for name, questions, base in places:
        if base is None:
            continue
        for what, question in questions(base.rstrip("/"), options.max_age):
            if what == "hidden" and options.inside:
                continue
            try:
                persist(question, deadline)
            except Unwell as error:
                print(f"FAILED  {name}, {what}: {error}")
                return 1
            print(f"ok      {name}, {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
