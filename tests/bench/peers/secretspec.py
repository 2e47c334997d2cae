"""secretspec's Python SDK with its dotenv provider, which encrypts nothing; it resolves all."""

from __future__ import annotations

from measuring import Command

NAME = "secretspec"
PROGRAMS = ()
MODULE = "secretspec"
RUNS = ()

GET = """
import secretspec, sys
found = secretspec.resolve(path=sys.argv[1], provider=sys.argv[2])
print(found.secrets["KEY_7"].get)
"""
LIST = """
import secretspec, sys
for one in secretspec.report(path=sys.argv[1], provider=sys.argv[2]).secrets:
    print(one.name)
"""


def prepare(place):
    """Return what is timed; the SDK has neither set nor run."""
    declared = "".join(
        f'{name} = {{ description = "a", required = true }}\n' for name in place.names
    )
    head = '[project]\nname = "bench"\nrevision = "1.0"\n\n[profiles.default]\n'
    manifest = place.write(head + declared, "secretspec.toml")
    provider = f"dotenv:{place.dotenv('secrets.env')}"
    return {
        "get": Command([place.python, "-c", GET, manifest, provider], place.environment),
        "list": Command([place.python, "-c", LIST, manifest, provider], place.environment),
    }
