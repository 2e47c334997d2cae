"""The Python SDK of inference.sh, which has no calls for secrets: its requests and its errors.

Arguments: its folder, URL, tokens (good, reader).
"""

from __future__ import annotations

import json
import sys

sys.path.insert(0, sys.argv[1])

import inferencesh
from inferencesh.models.errors import APIError


def main(url, good, reader):
    client = inferencesh.Inference(api_key=good, base_url=url)
    report = {"version": inferencesh.__version__}

    def refused(*arguments, of=client, **named):
        try:
            of._request(*arguments, **named)
        except APIError as error:
            return [error.status_code, error.code, error.message]
        return None

    ask = client._request
    body = {"key": "API_KEY", "value": "first-made-up", "description": "what for"}
    report["created"] = ask("post", "/secrets", data=body).data
    report["updated"] = ask("put", "/secrets/API_KEY", data={"value": "second-made-up"}).data
    report["revealed"] = ask("get", "/secrets/reveal/API_KEY").data
    for number in range(3):
        ask("post", "/secrets", data={"key": f"N{number}", "value": "v"})
    first = ask("post", "/secrets/list", data={"limit": 3}).data
    rest = ask("get", "/secrets", params={"cursor": first["next_cursor"]}).data
    report["listed"] = [one["key"] for page in (first, rest) for one in page["items"]]
    wanted = {"secrets": [{"key": "ABSENT"}], "credentials": []}
    report["checked"] = ask("post", "/credentials/check", data=wanted).data
    report["me"] = ask("get", "/me").data
    report["deleted"] = ask("delete", "/secrets/API_KEY").data
    report["gone"] = refused("get", "/secrets/API_KEY")
    report["bad name"] = refused("post", "/secrets", data={"key": "1", "value": "v"})
    reading = inferencesh.Inference(api_key=reader, base_url=url)
    report["reader"] = refused("get", "/secrets/reveal/N1", of=reading)
    stranger = inferencesh.Inference(api_key="inf_made_up", base_url=url)
    report["bad key"] = refused("get", "/secrets", of=stranger)
    print(json.dumps(report))


main(*sys.argv[2:])
