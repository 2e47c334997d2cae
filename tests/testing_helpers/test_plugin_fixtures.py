"""The fixtures and settings of the pytest plugin, used as a project of one's own would."""

from __future__ import annotations

import subprocess
import sys

import pytest
from guarded_projects import VALUE

SEVERAL = ("-n", "2")
PROCESSES = pytest.mark.parametrize(
    "processes", [(), pytest.param(SEVERAL, marks=pytest.mark.slow)]
)
CLIENT = "made-up-value-" + "of-a-client"


def test_fixtures_work_in_tests_that_show_nothing(try_pytest):
    tried = try_pytest(
        f"""
def test_store(secrets_store):
    assert secrets_store.listing() == []
    put(secrets_store, "API_KEY")
    print("API_KEY", secrets_store.get("default", "API_KEY"), "made+up")
    assert secrets_store.get("default", "API_KEY").value.reveal() == VALUE
    logging.getLogger("a").warning("%s", secrets_store.get("default", "API_KEY").value)
    with pytest.raises(ValueError, match="made"):
        raise ValueError(VALUE)

def test_another_has_a_store_of_its_own(secrets_store):
    assert secrets_store.listing() == []

def test_client(secrets_client, secrets_store):
    secrets_client.secrets.set("API_KEY", {CLIENT!r})
    assert secrets_client.secrets.get("API_KEY").reveal() == {CLIENT!r}
    assert [info.key for info in secrets_store.listing("default")] == ["API_KEY"]

def test_client_shows(secrets_client):
    secrets_client.secrets.set("API_KEY", "".join({list(CLIENT)!r}))
    secrets_client.secrets.set("API_KEY", "another made-up value")
    print(secrets_client.secrets.get("API_KEY", version=1).reveal())

def test_guard(secrets_guard):
    secrets_guard("TOKEN", VALUE)
    secrets_guard("BYTES", VALUE[::-1].encode())
    print(VALUE, VALUE[::-1])

@pytest.mark.allow_secret_output
def test_allowed(store, capsys):
    print(VALUE)
    assert VALUE in capsys.readouterr().out
    print(VALUE)

@pytest.mark.allow_secret_output
def test_allowed_and_failed(store):
    print(VALUE)
    assert VALUE == "another"

class TestAllowed:
    pytestmark = pytest.mark.allow_secret_output

    def test_allowed_class(self, store):
        print(VALUE)
""",
        env={"INFSH_ENV": "staging", "INFSH_STORE": "nothing://such"},
    )
    results = tried.results
    assert results.pop("test_client_shows") == "FAILED - showed a secret: API_KEY in stdout"
    assert results.pop("test_guard") == (
        "FAILED - showed a secret: BYTES in stdout; TOKEN in stdout"
    )
    failed = results.pop("test_allowed_and_failed")
    assert failed.startswith("FAILED - AssertionError: assert '[REDACTED:API_KEY]")
    assert set(results.values()) == {"PASSED"}
    assert "The test showed" not in tried.text.split("test_allowed_and_failed")[1]
    tried.assert_hidden()
    tried.assert_hidden(value=CLIENT.encode())


def test_an_empty_home_for_the_command_line(try_pytest, program):
    tried = try_pytest(
        f"""
PROGRAM = {program!r}

def infsh(*words, **given):
    done = subprocess.run([PROGRAM, "secrets", *words], capture_output=True, text=True, **given)
    assert done.returncode == 0, done.stderr
    return done.stdout

def test_home(secrets_home, secrets_guard):
    assert os.environ["HOME"] == str(secrets_home)
    assert "INFSH_ENV" not in os.environ
    infsh("set", "API_KEY", input=VALUE)
    secrets_guard("API_KEY", VALUE)
    assert infsh("get", "API_KEY", "--plain") == VALUE
    assert infsh("list", "-o", "names") == "API_KEY\\n"
    assert (secrets_home / "data").is_dir()

def test_in_process(secrets_home):
    from infsh_secrets import Client
    with Client() as client:
        client.secrets.set("API_KEY", VALUE)
    assert infsh("get", "API_KEY", "--plain") == VALUE

def test_variables_are_back():
    assert os.environ["INFSH_ENV"] == "staging"
    assert "INFSH_VAULT_KEY" not in os.environ
""",
        env={"INFSH_ENV": "staging"},
    )
    assert set(tried.results.values()) == {"PASSED"}, tried.text
    assert len(tried.results) == 3
    tried.assert_hidden()


def test_what_may_be_guarded(try_pytest):
    tried = try_pytest(
        """
def test_name(secrets_guard):
    secrets_guard("a-name of [its own]", VALUE)
    print(VALUE)

def test_hidden(secrets_guard):
    secrets_guard("TOKEN", SecretValue(VALUE.encode()))
    print(VALUE)

def test_surrogates(secrets_guard):
    secrets_guard("TOKEN", VALUE + chr(0xdc80))
    print((VALUE + chr(0xdc80)).encode("utf-8", "surrogatepass").decode("utf-8", "replace"))

def test_absent(secrets_guard):
    secrets_guard("TOKEN", os.environ.get("NO_SUCH_VARIABLE"))

def test_after(secrets_guard):
    secrets_guard("TOKEN", VALUE)
""",
    )
    assert tried.results["test_name"].startswith("FAILED - showed a secret: a-name of [its own")
    assert tried.results["test_hidden"] == "FAILED - showed a secret: TOKEN in stdout"
    assert "text or bytes" in tried.results["test_absent"]
    assert tried.results["test_after"] == "PASSED"
    assert "INTERNALERROR" not in tried.text


def test_the_reason_of_an_expected_failure_is_judged(try_pytest):
    tried = try_pytest(
        """
@pytest.mark.xfail(reason="with " + VALUE)
def test_marked(store):
    raise ValueError
""",
    )
    assert tried.results["test_marked"].startswith("FAILED")
    assert "showed a secret: API_KEY in the reason of the expected failure" in tried.text
    tried.assert_hidden()


def test_an_id_that_shows_a_value(try_pytest):
    tried = try_pytest(
        """
@pytest.mark.parametrize("value", ["a-made-up-parameter"])
def test_it(secrets_store, value):
    put(secrets_store, "API_KEY", value)

@pytest.mark.parametrize("value", [pytest.param("a-made-up-parameter", id="plain")])
def test_named(secrets_store, value):
    put(secrets_store, "API_KEY", value)
""",
    )
    assert "The test showed a secret: API_KEY in the id of a parameter." in tried.text
    assert 'Choose an id that does not show it: pytest.param(value, id="a name").' in tried.text
    assert tried.results["test_named[plain]"] == "PASSED"


@pytest.mark.parametrize("processes", [(), SEVERAL])
def test_values_of_variables(try_pytest, processes):
    value = "a-made-up-value-of-a-variable"
    tried = try_pytest(
        """
import os, pytest
def test_show():
    print(os.environ["SERVICE_KEY"])
def test_fail():
    assert os.environ["SERVICE_KEY"] == "another"
def test_nothing():
    print("nothing")
KEY = os.environ["SERVICE_KEY"]
@pytest.mark.parametrize("key", [KEY, b"x" + KEY.encode(), "b"])
def test_parameter(key):
    assert key
""",
        *processes,
        "-v",
        "--junitxml=junit.xml",
        ini="secrets_guard_env = SERVICE_KEY SHORT_KEY NOT_SET\n",
        env={"SERVICE_KEY": value, "SHORT_KEY": "abc"},
        begin="",
    )
    results = tried.results
    assert results["test_show"] == "FAILED - showed a secret: SERVICE_KEY in stdout"
    assert results["test_fail"].startswith("FAILED - AssertionError: assert '[REDACTED:SERVICE_K")
    others = [said for test, said in results.items() if test not in ("test_show", "test_fail")]
    assert others == ["PASSED"] * 4
    tried.assert_hidden("junit.xml", value=value.encode())
    assert tried.text.count("SHORT_KEY: its value is too short or too common to be") == 1
    assert "abc" not in tried.text.replace("_pytest/abc", "")


@PROCESSES
def test_values_too_short_are_named_once(try_pytest, processes):
    tried = try_pytest(
        """
@pytest.mark.parametrize("number", [1, 2])
def test_short(secrets_store, number):
    put(secrets_store, "PIN", "4711")
    put(secrets_store, "EMPTY", "")
    print("4711")
""",
        *processes,
        ini="filterwarnings = error\n",
    )
    assert list(tried.results.values()) == ["PASSED"] * 2
    assert tried.text.count("PIN: its value is too short or too common to be looked for") == 1
    assert "EMPTY" not in tried.text


def test_output_that_is_not_captured_is_said_not_to_be_searched(try_pytest):
    tried = try_pytest(
        """
def test_print(store):
    print("passes by")
def test_log(store):
    logging.getLogger("a").warning(VALUE)
def test_capsys(store, capsys):
    print(VALUE)
    capsys.readouterr()
def test_fail(store):
    assert VALUE == "another"
""",
        "-s",
    )
    assert tried.text.count("stdout and stderr: they are not captured (-s), and so not") == 1
    assert tried.results["test_print"] == "PASSED"
    assert tried.results["test_log"] == "FAILED - showed a secret: API_KEY in the log"
    assert tried.results["test_capsys"] == "FAILED - showed a secret: API_KEY in stdout"
    assert tried.results["test_fail"].startswith("FAILED - AssertionError: assert '[REDACTED:")
    tried.assert_hidden()


@pytest.mark.slow
def test_without_a_plugin_that_captures_it_is_said_too(try_pytest):
    tried = try_pytest("def test_it(store):\n    print('passes by')\n", "-p", "no:capture")
    assert tried.text.count("stdout and stderr: they are not captured (-s), and so not") == 1


def test_warnings_stay_warnings(try_pytest):
    tried = try_pytest(
        """
@pytest.mark.allow_secret_output
def test_it(secrets_store):
    warnings.warn("before " + VALUE, DeprecationWarning)
    put(secrets_store, "API_KEY")
    warnings.warn("after " + VALUE, FutureWarning)
    with pytest.warns(UserWarning, match="value"):
        warnings.warn(VALUE)

def test_error(store):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.warn(VALUE)

def test_after():
    warnings.warn("another")
""",
    )
    assert "DeprecationWarning: before [REDACTED:API_KEY]" in tried.text
    assert "FutureWarning: after [REDACTED:API_KEY]" in tried.text
    assert "UserWarning: another" in tried.text
    assert tried.results["test_it"] == tried.results["test_after"] == "PASSED"
    assert tried.results["test_error"].startswith("FAILED - UserWarning: [REDACTED:API_KEY]")
    tried.assert_hidden()


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="subtests came with pytest 9")
@PROCESSES
def test_parts_of_a_test(try_pytest, processes):
    tried = try_pytest(
        """
def test_parts(store, subtests):
    with subtests.test("print"):
        print(VALUE)
    with subtests.test("assert", key=VALUE):
        assert VALUE == "another"
    with subtests.test("nothing"):
        print("nothing")

def test_whole(store, subtests):
    with subtests.test("nothing"):
        print("nothing")
    print(VALUE)
""",
        *processes,
    )
    assert tried.text.count("::test_parts - showed a secret: API_KEY in stdout") == 1
    assert tried.text.count("\nSUBFAILED") == 2
    assert "contains 2 failed subtests" in tried.text
    assert tried.results["test_whole"] == "FAILED - showed a secret: API_KEY in stdout"
    tried.assert_hidden()


AGAIN = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        item._initrequest()
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
"""


def test_a_test_that_is_run_again_is_judged_again(try_pytest):
    tried = try_pytest(
        """
RUNS = []
def test_always(store):
    print(VALUE)
def test_first(secrets_store):
    RUNS.append(1)
    put(secrets_store, "API_KEY")
    if len(RUNS) == 1:
        print(VALUE)
""",
        conftest=AGAIN,
    )
    assert tried.text.count("test_always - showed a secret") == 2
    assert tried.text.count("test_first - showed a secret") == 1
    tried.assert_hidden()


BROKEN_OFF = {
    "interrupt": ("raise KeyboardInterrupt(local)", "", "KeyboardInterrupt: [REDACTED:API_KEY]"),
    "exit": ("pytest.exit(local)", "", "Exit: [REDACTED:API_KEY]"),
    "hook": (
        "pass",
        "def pytest_runtest_logreport(report):\n    raise ValueError(VALUE)\n",
        "ValueError: [REDACTED:API_KEY]",
    ),
}


@pytest.mark.parametrize(
    "how", ["interrupt", *(pytest.param(how, marks=pytest.mark.slow) for how in ("exit", "hook"))]
)
def test_what_breaks_a_run_off_is_redacted(try_pytest, how):
    body, hook, told = BROKEN_OFF[how]
    tried = try_pytest(
        f"def test_it(store):\n    local = VALUE\n    {body}\n",
        *("--full-trace", "--showlocals"),
        conftest=f"VALUE = {VALUE.decode()!r}\n{hook}",
    )
    assert told in tried.text
    tried.assert_hidden()


@pytest.mark.parametrize("off", ["option", "setting"])
def test_turned_off(try_pytest, off):
    source = """
def test_it(request):
    try:
        store = request.getfixturevalue("secrets_store")
    except pytest.FixtureLookupError:
        pytest.skip("no plugin")
    put(store, "API_KEY")
    request.getfixturevalue("secrets_guard")("OTHER", VALUE)
    print(VALUE)
"""
    if off == "option":
        tried = try_pytest(source, "-p", "no:infsh_secrets", "-W", "error")
        assert b"1 skipped" in tried.output
    else:
        tried = try_pytest(source, ini="secrets_guard = false\nsecrets_guard_env = HOME\n")
        assert tried.results == {"test_it": "PASSED"}


def test_a_project_that_does_not_use_it_gets_one_module(try_pytest):
    tried = try_pytest(
        """
import logging, sys, warnings
import pytest
def test_it(request):
    ours = {name for name in sys.modules if name.split(".")[0] == "infsh_secrets"}
    assert ours == {
        "infsh_secrets", "infsh_secrets.testing", "infsh_secrets.testing.pytest_plugin"
    }
    plugin = sys.modules["infsh_secrets.testing.pytest_plugin"]
    hooks = request.config.pluginmanager.get_hookcallers(plugin)
    assert sorted(hook.name for hook in hooks) == [
        "pytest_addoption", "pytest_configure", "pytest_terminal_summary"
    ]
    assert logging.getLogRecordFactory() is logging.LogRecord
    assert pytest.CaptureFixture.readouterr.__module__ == "_pytest.capture"
""",
        "-W",
        "error",
        begin="",
    )
    assert tried.results == {"test_it": "PASSED"}, tried.text


def test_nothing_of_it_stays_behind(try_pytest):
    tried = try_pytest(
        """
@pytest.mark.parametrize("way", ["pass", "fail"])
def test_use(store, way):
    assert logging.getLogRecordFactory() is not logging.LogRecord
    assert way == "pass"

def test_after():
    assert logging.getLogRecordFactory() is logging.LogRecord
    assert pytest.CaptureFixture.readouterr.__module__ == "_pytest.capture"
    assert "guard" not in warnings.showwarning.__module__ + warnings.showwarning.__qualname__
    print(VALUE)
    assert not VALUE.startswith(" ")
""",
    )
    assert tried.results.pop("test_use[fail]").startswith("FAILED")
    assert set(tried.results.values()) - {"FAILED - AssertionError: assert 'fail' == 'pass'"} == {
        "PASSED"
    }


def test_a_program_that_has_imported_the_package_can_start_pytest(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_it(secrets_store):\n    pass\n")
    slow = ("cacheprovider", "schemathesis", "hypothesispytest", "anyio")  # none of them is used
    probe = f"import infsh_secrets, pytest; pytest.main([f'-pno:{{one}}' for one in {slow}])"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, cwd=tmp_path, check=True
    )
    assert b"1 passed in" in done.stdout, done.stdout


def test_pytest_is_not_needed_by_the_package():
    probe = "import sys; sys.modules['pytest'] = None; import infsh_secrets, infsh_secrets.testing;"
    probe += "from infsh_secrets import Client; import infsh_secrets.testing.fakes;"
    probe += "import infsh_secrets.entry; print('_pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"False\n"), done.stderr
