"""`run` at a terminal: the passphrase is asked for before the command starts."""

from __future__ import annotations

VALUE = "made-up-value-of-a-key"


def test_a_passphrase_may_be_typed(person, own_home, monkeypatch):
    started = []

    def run_child(argv, environ, _redactor):
        started.append((argv, environ["K"]))
        return 7

    monkeypatch.setattr("infsh_secrets.execution.child.run_child", run_child)
    person("made up words", "made up words", "n")("vault", "init", "--passphrase")
    person("made up words")("set", "K", VALUE)
    for name in ("run", "exec"):
        assert person("made up words")(name, "--only", "K", "--", "true").status == 7
    assert started == [(["true"], VALUE)] * 2
    for answers in (["wrong words"], [None]):
        done = person(*answers)("run", "--only", "K", "--", "true")
        assert done.status == 125
        assert done.err.startswith("error: ")
    assert len(started) == 2


def test_ctrl_c_at_our_own_question_is_130(person, own_home, monkeypatch):
    person("made up words", "made up words", "n")("vault", "init", "--passphrase")
    person("made up words")("set", "K", VALUE)

    def interrupted(_question):
        raise KeyboardInterrupt

    monkeypatch.setattr("infsh_secrets.cli.prompts.ask_hidden", interrupted)
    assert person()("run", "--only", "K", "--", "true").status == 130
