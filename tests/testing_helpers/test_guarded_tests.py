"""A test that shows a value of its secrets_store fails, and no value is in what pytest writes."""

from __future__ import annotations

import pytest
from guarded_projects import VALUE

SHOWING = """
def test_print(store):
    print("x", VALUE)

def test_stderr(store):
    print(base64.b64encode(VALUE.encode()).decode(), file=sys.stderr)

def test_quoted(store):
    print(urllib.parse.quote(VALUE, safe=""))

def test_descriptor(store):
    os.write(1, VALUE.encode())

def test_subprocess(store):
    subprocess.run([sys.executable, "-c", "import sys; print(sys.argv[1])", VALUE], check=True)

def test_colours(store):
    print("\\x1b[31m".join(VALUE))

def test_capsys(store, capsys):
    print(VALUE)
    assert VALUE in capsys.readouterr().out

def test_capsys_bytes(store, capsysbinary):
    sys.stdout.buffer.write(VALUE[:9].encode())
    capsysbinary.readouterr()
    sys.stdout.buffer.write(VALUE[9:].encode())
    capsysbinary.readouterr()

def test_capfd(store, capfd):
    subprocess.run(["printf", "%s", VALUE], check=True)
    capfd.readouterr()

def test_capfd_unread(store, capfd):
    os.write(2, VALUE.encode())

def test_log(store):
    logging.getLogger("a").warning("with %s", VALUE)

def test_log_argument(store):
    logging.getLogger("a").warning("%s", {"key": [VALUE]})

def test_log_extra(store):
    logging.getLogger("a").warning("x", extra={"key": VALUE})

def test_log_apart(store):
    logger = logging.getLogger("apart")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    logger.setLevel("DEBUG")
    logger.debug("%s", VALUE)

def test_log_traceback(store):
    try:
        raise ValueError(VALUE)
    except ValueError:
        logging.getLogger("a").exception("it failed")

def test_caplog(store, caplog):
    with caplog.at_level("DEBUG"):
        logging.getLogger("a").debug("with %s", VALUE)
    assert caplog.messages == ["with " + VALUE]
    caplog.clear()

def test_warning(store):
    warnings.warn("with " + VALUE)

def test_thread(store):
    def fail():
        raise ValueError(VALUE)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

def test_assert(store):
    assert store.get("default", "API_KEY").value.reveal() == "another"

def test_assert_shortened(store):
    assert VALUE * 20 == VALUE * 19 + "another"

def test_message(store):
    assert not store, VALUE

def test_chain(store):
    try:
        raise KeyError(VALUE)
    except KeyError as error:
        raise ValueError from error

def test_local(store):
    local = VALUE
    assert not local.strip()

def test_group(store):
    raise ExceptionGroup("several", [ValueError(VALUE), KeyError("x")])

def test_fail(store):
    pytest.fail("with " + VALUE, pytrace=False)

def test_skip(store):
    pytest.skip("with " + VALUE)

@pytest.mark.xfail(reason="known")
def test_xfail(store):
    raise ValueError(VALUE)

@pytest.mark.xfail(reason="known")
def test_xfail_print(store):
    print(VALUE)
    raise ValueError

def test_property(store, record_property):
    record_property("key", [VALUE])

def test_old_version(store):
    put(store, "API_KEY", "another made-up value")
    print(VALUE)

def test_deleted(store):
    store.delete("default", ["API_KEY"])
    store.purge("default", ["API_KEY"])
    print(VALUE)

def test_put_later(secrets_store):
    print(VALUE)
    put(secrets_store, "API_KEY")

@pytest.mark.parametrize("number", [1, 2])
def test_parameter(store, number):
    print(VALUE * number)

@pytest.fixture
def setting_up(store):
    print(VALUE)

def test_setup(setting_up):
    raise AssertionError("not reached")

@pytest.fixture
def tearing_down(store):
    yield
    logging.getLogger("a").error(VALUE)

def test_teardown(tearing_down):
    pass

class TestCase(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def given(self, secrets_store):
        put(secrets_store, "API_KEY")

    def test_unittest(self):
        self.assertEqual(VALUE, "another")
"""
PLACES = {
    "test_print": "stdout",
    "test_stderr": "stderr",
    "test_quoted": "stdout",
    "test_descriptor": "stdout",
    "test_subprocess": "stdout",
    "test_colours": "stdout",
    "test_capsys": "stdout",
    "test_capsys_bytes": "stdout",
    "test_capfd": "stdout",
    "test_capfd_unread": "stderr",
    "test_log": "the log",
    "test_log_argument": "the log",
    "test_log_extra": "the log",
    "test_log_apart": "the log",
    "test_log_traceback": "the log",
    "test_caplog": "the log",
    "test_warning": "a warning",
    "test_thread": "a warning",
    "test_skip": "the reason of the skip",
    "test_property": "a recorded property",
    "test_old_version": "stdout",
    "test_deleted": "stdout",
    "test_put_later": "stdout",
    "test_parameter[1]": "stdout",
    "test_parameter[2]": "stdout",
}
IN_PHASES = {"test_setup": "stdout", "test_teardown": "the log"}
FAILING = {
    "test_assert",
    "test_assert_shortened",
    "test_message",
    "test_chain",
    "test_local",
    "test_group",
    "test_fail",
    "test_xfail",
    "test_xfail_print",
    "TestCase::test_unittest",
}
FILES = ("junit.xml", "all.log")
# What comes from the other processes, as it comes.
CHANNEL = """
def pytest_report_from_serializable(data):
    with open("channel.txt", "a") as file:
        print(data, file=file)
"""
MODES = {
    "plain": (),
    "several processes": ("-n", "2"),
    "locals": ("--showlocals", "-vv"),
    "short": ("--tb=short", "-q"),
    "native": ("--tb=native",),
    "line": ("--tb=line",),
    "no log": ("-p", "no:logging"),
    "live log": ("-o", "log_cli=true", "--log-file=all.log", "--log-level=DEBUG"),
    "files": ("--junitxml=junit.xml", "-o", "junit_logging=all", "--show-capture=all"),
    "descriptors free": ("--capture=sys",),
}
_UNCAPTURED = dict.fromkeys(("test_descriptor", "test_subprocess", "test_capfd_unread"), "")
# Without a handler, Python itself writes what is logged to standard error; there is no caplog.
_LOGS = ("test_log", "test_log_argument", "test_log_traceback")
EXPECTED = {
    "descriptors free": _UNCAPTURED,
    "no log": dict.fromkeys(_LOGS, "showed a secret: API_KEY in stderr and the log")
    | {"test_caplog": "", "test_teardown": "showed a secret: API_KEY in stderr and the log"},
}
SLOW = ("locals", "short", "native", "line", "live log", "descriptors free")


@pytest.mark.parametrize(
    "mode", [pytest.param(mode, marks=[pytest.mark.slow] * (mode in SLOW)) for mode in MODES]
)
def test_each_way_of_showing_a_value_fails_and_shows_nothing(try_pytest, mode):
    tried = try_pytest(SHOWING, *MODES[mode], conftest=CHANNEL)
    results = tried.results
    places = PLACES | IN_PHASES
    expected = {name: f"showed a secret: API_KEY in {place}" for name, place in places.items()}
    expected |= EXPECTED.get(mode, {})
    assert {name: results[name].partition(" - ")[2] for name in expected} == expected
    assert {name for name in FAILING if not results[name].startswith("FAILED")} == set()
    assert {results[name].split()[0] for name in IN_PHASES} == {"ERROR"}
    if mode == "descriptors free":  # what was written there went past pytest
        tried = tried._replace(output=tried.output.replace(VALUE, b""))
    written = [file for file in FILES if any(file in word for word in MODES[mode])]
    if mode == "several processes":
        written.append("channel.txt")
    tried.assert_hidden(*written)
    for file in written:
        assert b"[REDACTED:API_KEY]" in tried.read(file)

    if mode in ("plain", "several processes"):
        _assert_it_says_what_is_wrong(tried)


def _assert_it_says_what_is_wrong(tried):
    told = tried.text.count("The failure has a mark where it showed a secret: API_KEY.\n")
    assert told == len(FAILING) - 2
    # Failures that were expected are none until they show something.
    assert tried.text.count("The test showed a secret: API_KEY in the failure.\n") == 1
    assert tried.text.count("The test showed a secret: API_KEY in stdout.\n") > 1
    assert "@pytest.mark.allow_secret_output" in tried.text
    assert (
        '>       assert store.get("default", "API_KEY").value.reveal() == "another"' in tried.text
    )
    assert "E         + [REDACTED:API_KEY]" in tried.text
    assert b"0123456" not in tried.output  # not even in what pytest has shortened
