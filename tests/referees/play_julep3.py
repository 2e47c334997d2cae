"""What resolves secret:// in Julep 3. Arguments: its folder, URL, tokens (worker, admin)."""

from __future__ import annotations

import importlib.util
import json
import sys

# The package is for a newer Python; this module of it is not.
spec = importlib.util.spec_from_file_location("julep_secrets", f"{sys.argv[1]}/julep/secrets.py")
secrets = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = secrets
spec.loader.exec_module(secrets)


def main(url, worker, admin):
    def resolved(name, token=worker):
        environment = {"JULEP_API_URL": url, "JULEP_API_KEY": token}
        try:
            found = secrets.SecretResolver.from_env(environment).resolve(name)
        except secrets.SecretResolutionError as error:
            return str(error)
        return [found.value, found.generation, found.source]

    report = {name: resolved(name) for name in ("openai_key", "archived", "absent")}
    report["admin"] = resolved("openai_key", admin)
    report["bad key"] = resolved("openai_key", "made-up")
    print(json.dumps(report))


main(*sys.argv[2:])
