"""What can go wrong with a request, and the contracts that say it each in their own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from infsh_secrets.domain.errors import (
    ConflictError,
    InfshError,
    NotFoundError,
    UnavailableError,
    UsageError,
)

if TYPE_CHECKING:
    from fastapi import APIRouter
    from starlette.responses import Response

_CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    413: "payload_too_large",
    422: "validation_error",
    429: "rate_limited",
    431: "headers_too_large",
    503: "unavailable",
}

_UNROUTED = (404, 405)


class Problem(NamedTuple):
    """One thing that is wrong with a body or parameter: where, what; it shows no input."""

    where: tuple[str, ...]
    kind: str
    message: str


class Failure(Exception):  # noqa: N818  # an outcome of a request, not an error of the program
    """The answer to a request that is not fulfilled: `detail` is one sentence without values.

    `code` is the word of the inference.sh contract; `meta` its machine-readable facts; `headers` go
    with the answer in every contract. `unrouted` tells that no route takes the request.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        code: str = "",
        *,
        meta: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        problems: Sequence[Problem] = (),
        unrouted: bool = False,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code or _CODES.get(status, "internal_error")
        self.detail = detail
        self.meta = meta
        self.headers = dict(headers or {})
        self.problems = problems
        self.unrouted = unrouted


class Contract(NamedTuple):
    """One wire contract: its routes below a prefix, and how it says that something failed."""

    prefix: str
    router: APIRouter
    failed: Callable[[Failure, str], Response]
    """Makes the answer from a failure and the id of the request."""


def contract_of(contracts: Sequence[Contract], path: str) -> Contract:
    """Return the contract that a path belongs to: that of the longest prefix."""
    fitting = (one for one in contracts if path == one.prefix or path.startswith(one.prefix + "/"))
    return max(fitting, key=lambda one: len(one.prefix), default=contracts[0])


def as_failure(error: BaseException) -> Failure:
    """Return what a client is told about an error; of one that is our own fault, nothing."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        status = error.status_code
        return Failure(
            status, _http_detail(error), headers=error.headers, unrouted=status in _UNROUTED
        )
    if isinstance(error, NotFoundError):
        return not_found()
    if isinstance(error, ConflictError):
        return Failure(409, error.message, "already_exists")
    if isinstance(error, UsageError):
        return Failure(422, error.message)
    if isinstance(error, UnavailableError):
        return Failure(503, "The secrets are not available now.", headers={"Retry-After": "1"})
    return Failure(500, "Something went wrong on the server.", "internal_error")


def not_found() -> Failure:
    """Return the one answer for what is absent, deleted, or not for the caller to see."""
    return Failure(404, "There is no such secret.")


def is_fault(error: BaseException) -> bool:
    """Tell whether an error is to be looked at by the server's operator."""
    return not isinstance(
        error,
        Failure
        | RequestValidationError
        | HTTPException
        | NotFoundError
        | ConflictError
        | UsageError,
    )


def describe_fault(error: BaseException) -> str:
    """Return what the log says of an error: what and where; the message only of our own errors."""
    import os

    if isinstance(error, InfshError):
        return f"{error.code}: {error.message}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        file = os.path.basename(trace.tb_frame.f_code.co_filename)
        where = f" at {file}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}"


def _http_detail(error: HTTPException) -> str:
    known = {
        400: "The body could not be read.",
        404: "There is nothing at this address.",
        405: "This address does not take this method.",
    }
    return known.get(error.status_code, "The request was refused.")


def _invalid(error: RequestValidationError) -> Failure:
    problems = [
        Problem(
            tuple(str(part) for part in one["loc"] if part != "body"),
            str(one["type"]),
            str(one["msg"]),
        )
        for one in error.errors()
    ]
    if any(problem.kind == "json_invalid" for problem in problems):
        return Failure(400, "The body is not JSON.")
    first = problems[0] if problems else Problem((), "", "The request is not valid")
    where = ".".join(first.where)
    detail = f"{where}: {first.message}." if where else f"{first.message}."
    return Failure(422, detail, problems=problems)
