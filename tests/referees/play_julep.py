"""The Python SDK of Julep 2 at work. Arguments: its folder, tokens (good, read-only, bad)."""

from __future__ import annotations

import json
import sys

sys.path.insert(0, sys.argv[1])

import julep


class Count:
    """Counts the requests that are made."""

    def __init__(self):
        self.requests = 0

    def __call__(self, _request):
        self.requests += 1


def main(good, reader, bad):
    count = Count()
    http = julep.DefaultHttpxClient(event_hooks={"request": [count]})
    client = julep.Client(api_key=good, http_client=http)
    report = {"version": julep.__version__}

    secret = client.secrets.create(
        name="stripe_api_key",
        value="sk_made_up_value",
        description="Stripe API key for payment processing",
        metadata={"environment": "production", "owner": "payments-team", "rotate": 90},
    )
    report["name"] = secret.name
    report["created"] = secret.model_dump(mode="json")

    def refused(call):
        before = count.requests
        try:
            call()
        except julep.APIStatusError as error:
            kind, said = type(error).__name__, error.body
            return [kind, error.status_code, said, count.requests - before]
        return None

    secrets = client.secrets
    again = {"name": "stripe_api_key", "value": "another"}
    report["duplicate"] = refused(lambda: secrets.create(**again))
    report["bad name"] = refused(lambda: secrets.create(name="1a", value="v"))
    report["updated"] = secrets.update(secret.id, **again).model_dump(mode="json")
    made = [secrets.create(name=f"n{number}", value="v").name for number in range(5)]
    report["made"] = made
    report["listed"] = [one.name for one in secrets.list()]
    report["paged"] = [
        [one.name for one in secrets.list(limit=4, offset=offset)] for offset in (0, 4, 8)
    ]
    report["values"] = sorted({one.value for one in secrets.list()})
    gone = secrets.delete(secret.id)
    report["deleted"] = gone.model_dump(mode="json")
    report["deleted id is"] = gone.id == secret.id
    report["delete again"] = refused(lambda: secrets.delete(secret.id))
    report["update unknown"] = refused(lambda: secrets.update(secret.id, **again))
    report["no id"] = refused(lambda: secrets.delete("n1"))
    for name, token in (("reader", reader), ("bad key", bad)):
        other = julep.Client(api_key=token, http_client=http)
        report[name] = refused(lambda other=other: other.secrets.create(name="x", value="v"))
    report["raw"] = client.secrets.with_raw_response.list().headers["cache-control"]
    http.close()
    print(json.dumps(report))


main(*sys.argv[2:])
