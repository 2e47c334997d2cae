from __future__ import annotations

import pytest

from infsh_secrets.domain import errors, exit_codes

CLASSES = [errors.InfshError, *errors.InfshError.__subclasses__()]


def test_exit_statuses_never_change():
    assert [(number, name) for number, name, _ in exit_codes.TABLE] == [
        (0, "ok"),
        (1, "error"),
        (2, "usage"),
        (3, "aborted"),
        (4, "not_found"),
        (5, "locked"),
        (6, "check_failed"),
        (7, "unavailable"),
        (8, "integrity"),
        (9, "conflict"),
        (10, "denied"),
        (125, "run_failed"),
        (126, "not_executable"),
        (127, "command_not_found"),
        (130, "interrupted"),
    ]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_error_has_a_row_in_the_table(kind):
    assert (kind.exit_status, kind.code) in [row[:2] for row in exit_codes.TABLE]
    error = kind("It does not work.", "Try this.")
    assert (error.message, error.hint, str(error)) == (
        "It does not work.",
        "Try this.",
        "It does not work.",
    )


def test_no_two_errors_share_a_status():
    assert len({kind.exit_status for kind in CLASSES}) == len(CLASSES)
