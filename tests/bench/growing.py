"""What commands cost as a vault grows, and with each kind of key."""

from __future__ import annotations

import os
import subprocess

from measuring import RUNS, VALUE, measure


def growth(install):
    """Print what get and list cost as the vault grows."""
    counts = (10, 1_000, 100_000)
    environments = {count: install.seeded(count) for count in counts}
    infsh = install.infsh
    gets = measure(
        {
            count: ([infsh, "secrets", "get", "KEY_7", "--plain"], environment)
            for count, environment in environments.items()
        }
    )
    print(f"\ngrowth, median of {RUNS} runs")
    for count, seconds in gets.items():
        ratio = seconds / gets[counts[0]]
        print(f"  get --plain of {count:7}  {seconds * 1000:8.1f} ms  {ratio:5.2f} x that of 10")
    lists = measure(
        {
            f"{form}, {count}": ([infsh, "secrets", "list", "-o", form], environments[count])
            for count in counts
            for form in ("names", "json")
        },
        runs=3,
    )
    for name, seconds in lists.items():
        print(f"  list -o {name:15}  {seconds * 1000:8.1f} ms")
    completion = measure(
        {"1000": ([infsh, "__complete", "secrets", "get", ""], environments[1_000])}, runs=9
    )
    print(f"  complete names of 1000   {completion['1000'] * 1000:8.1f} ms")
    path = os.path.join(
        environments[100_000]["HOME"], ".local/share/infsh-secrets/vaults/personal.vault"
    )
    print(f"  bytes a secret of 100000 {os.path.getsize(path) / 100_000:8.1f}")


def keys(install):
    """Print what opening with each kind of key costs, and giving a large vault a new key."""
    count = 10_000
    environment = install.seeded(count)
    infsh = install.infsh
    phrase = os.path.join(environment["HOME"], "phrase")
    with open(os.open(phrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("made-up words to remember")
    worded = {
        **environment,
        "INFSH_VAULT_PASSPHRASE_FILE": phrase,
        "INFSH_DATA_DIR": os.path.join(environment["HOME"], "worded"),
    }
    subprocess.run([infsh, "secrets", "set", "KEY_7", VALUE, "-q"], check=True, env=worded)
    get = [infsh, "secrets", "get", "KEY_7", "--plain"]
    opened = measure({"raw key": (get, environment), "passphrase": (get, worded)}, runs=5)
    print("\nkeys, medians of whole processes")
    for name, seconds in opened.items():
        print(f"  get --plain, opened by {name:12} {seconds * 1000:8.1f} ms")
    long = {
        f"vault rotate of {count}": ([infsh, "secrets", "vault", "rotate", "-q"], environment),
        f"vault verify of {count}": ([infsh, "secrets", "vault", "verify"], environment),
    }
    for name, seconds in measure(long, runs=3).items():
        print(f"  {name:35} {seconds * 1000:8.1f} ms")
