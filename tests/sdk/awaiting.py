"""A client whose calls are those of an AsyncClient, awaited one by one: for the tests of both."""

from __future__ import annotations

import dataclasses
import inspect

from infsh_secrets import AsyncSecret, AsyncSecretVersion, Secret, SecretValue, SecretVersion

PLAIN = {AsyncSecret: Secret, AsyncSecretVersion: SecretVersion}


class AwaitedValue(SecretValue):
    """A value whose text is awaited; its bytes are read in whatever thread asks."""

    def __init__(self, reveal, value):
        super().__init__(b"")
        self.reveal = reveal
        self.reveal_bytes = value.reveal_bytes


class Awaiting:
    """Makes calls of `inner` in the loop of `runner`; results are those of a Client."""

    def __init__(self, inner, runner):
        self._inner = inner
        self._runner = runner

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        if name.startswith("_"):
            return found
        if not callable(found):
            return Awaiting(found, self._runner)

        def call(*args, **kwargs):
            result = found(*args, **kwargs)
            return self._plain(self._wait(result) if inspect.isawaitable(result) else result)

        return call

    def _wait(self, awaitable):
        async def wait():
            return await awaitable

        return self._runner.run(wait())

    def _plain(self, result):
        if isinstance(result, tuple):
            return tuple(map(self._plain, result))
        if type(result) not in PLAIN:
            return result
        facts = {one.name: getattr(result, one.name) for one in dataclasses.fields(result)}
        facts["value"] = AwaitedValue(lambda: self._wait(result.reveal()), result.value)
        return PLAIN[type(result)](**facts)
