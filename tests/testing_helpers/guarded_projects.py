"""Test modules that are run under pytest in a process of their own, and what became of them."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from infsh_secrets.domain.variants import forms

BEGIN = """
import base64, logging, os, subprocess, sys, threading, unittest, urllib.parse, warnings
import pytest
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write

VALUE = "made+up/" + "value=0123456789:abcdef"

def put(store, key, value=VALUE):
    store.write("default", [Write(key, SecretValue(value.encode()))])

@pytest.fixture
def store(secrets_store):
    put(secrets_store, "API_KEY")
    return secrets_store
"""
VALUE = b"made+up/value=0123456789:abcdef"
_RESULT = re.compile(r"^(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS|SUBFAILED\S*) \S+?::(\S+)(.*)$")


class Tried(NamedTuple):
    """A finished run of pytest: its status, all it has written, and the folder."""

    status: int
    output: bytes
    folder: str

    @property
    def text(self):
        return self.output.decode()

    @property
    def results(self):
        """What the summary says: {test: "FAILED what is said of it"}."""
        found = {}
        for line in self.text.splitlines():
            match = _RESULT.match(line)
            if match:
                found[match[2]] = match[1] + match[3]
        return found

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def assert_hidden(self, *names, value=VALUE):
        """No form of the value stands in the output or in the files named."""
        for text in (self.output, *map(self.read, names)):
            assert [form for form in forms(value) if form in text] == []
