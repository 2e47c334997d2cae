"""`run` as a use case: which secrets a command is given, and giving them. On the start-up path."""

from __future__ import annotations

import os

from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.errors import InfshError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.execution import environment
from infsh_secrets.files.streams import withhold
from infsh_secrets.services.manifests import locate
from infsh_secrets.services.run_request import Request, check_request, command_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.execution.redact import Redactor
    from infsh_secrets.manifest.model import Manifest
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.base import Selection

UNMASKED = "INFSH_NO_MASKING"
_NO = ("", "0", "false", "no", "off")


class Wanted:
    """The names to give: `required` tells which must be there; None for all that there are."""

    __slots__ = ("keys", "manifest", "required")

    def __init__(
        self, keys: list[str] | None, required: Sequence[str], manifest: Manifest | None
    ) -> None:
        self.keys = keys
        self.required = required
        self.manifest = manifest


class Plan:
    """All that a start needs; every value has been read. `protected` is secret, and so is more.

    `given` are the secrets from the store; `protected` are (name, value) of all that the child gets
    under a name that was wanted; `in_files` those of them that it gets as files.
    """

    __slots__ = ("argv", "environ", "given", "in_files", "manifest", "protected")

    def __init__(
        self,
        argv: list[str],
        environ: dict[str, str],
        *,
        given: list[Secret],
        in_files: dict[str, bytes],
        manifest: str,
        protected: list[tuple[str, bytes]],
    ) -> None:
        self.argv = argv
        self.environ = environ
        self.given = given
        self.in_files = in_files
        self.manifest = manifest
        self.protected = protected

    def __repr__(self) -> str:
        return f"Plan({[name for name, _ in self.protected]!r})"


def run(
    workspace: Workspace, request: Request, parent: Mapping[str, str], tell: Callable[[], None]
) -> int:
    """Run the command and return its exit status; `tell` says the workspace's notices so far.

    Everything that can be wrong is raised before the command starts, CommandNotFoundError and
    NotExecutableError included. `parent` is the environment to start from.
    """
    plan = prepare(workspace, request, parent)
    redactor = _redactor(workspace, request, plan, parent)
    if request.replace:
        workspace.notices.append("The command replaces this program: its output is not masked.")
    from infsh_secrets.services.use_records import note_run

    record = note_run(workspace, plan.given, plan.manifest, plan.argv[0])
    tell()
    workspace.close()
    if workspace.settings.key_fd is not None:
        withhold(workspace.settings.key_fd)
    try:
        status = _start(plan, redactor, request, workspace.notices, tell)
    except InfshError as error:
        record.ended(exit_codes.of_run(error.exit_status))
        raise
    record.ended(status)
    return status


def _start(
    plan: Plan,
    redactor: Redactor | None,
    request: Request,
    notices: list[str],
    tell: Callable[[], None],
) -> int:
    if plan.in_files:
        from infsh_secrets.services.run_files import run_with_files

        return run_with_files(plan, redactor, notices, tell)
    from infsh_secrets.execution.child import replace_process, run_child

    if request.replace:
        replace_process(plan.argv, plan.environ)
    return run_child(plan.argv, plan.environ, redactor)


def prepare(workspace: Workspace, request: Request, parent: Mapping[str, str]) -> Plan:
    """Return what is to be started, after reading everything it needs in one snapshot."""
    argv = command_of(request)
    check_request(request)
    wanted = _wanted(request, workspace.settings.state)
    variables = wanted.manifest.variables if wanted.manifest else {}
    if wanted.manifest:
        environment.refuse(variables, request.allow, f"The env: of {title(wanted.manifest)}")
    environment.refuse(wanted.keys or (), request.allow, "A secret")
    kept = environment.preserved(parent, wanted.keys or (), request.preserve)
    asked = None if wanted.keys is None else [key for key in wanted.keys if key not in kept]
    doubtful = environment.doubtful(
        parent, wanted.keys or (), request.preserve, pristine=request.pristine
    )
    selection = _read(workspace, asked, doubtful)
    if wanted.keys is None:
        environment.refuse(selection.secrets, request.allow, "A secret")
        kept = environment.preserved(parent, selection.secrets, request.preserve)
        selection.known.difference_update(selection.secrets)
    given = [
        secret
        for key, secret in selection.secrets.items()
        if key not in kept and secret.value.reveal_bytes()
    ]
    usable = {secret.info.key for secret in given}.union(kept)
    if not usable.issuperset(wanted.required):
        from infsh_secrets.services.run_gaps import gaps

        raise gaps(workspace, wanted, usable, selection.secrets)
    filled = None
    if wanted.manifest and refers(wanted.manifest):
        from infsh_secrets.services.run_variables import fill_in

        texts = {secret.info.key: secret.value.reveal() for secret in given}
        texts |= {name: parent[name] for name in kept}
        filled = fill_in(workspace, request, wanted.manifest, texts)
        variables = filled.variables
    plan = _plan(request, argv, parent, wanted, variables, given, kept, selection.known)
    if filled:
        filled.protect(plan)
    return plan


def _plan(
    request: Request,
    argv: list[str],
    parent: Mapping[str, str],
    wanted: Wanted,
    variables: Mapping[str, str],
    given: list[Secret],
    kept: list[str],
    known: set[str],
) -> Plan:
    protected = [(secret.info.key, secret.value.reveal_bytes()) for secret in given]
    protected += [(name, os.fsencode(parent[name])) for name in kept]
    in_files: dict[str, bytes] = {}
    if request.files:
        from infsh_secrets.services.run_files import chosen

        in_files = chosen(request.files, dict(protected))
    as_text = {name: os.fsdecode(v) for name, v in protected if name not in in_files}
    made = environment.child_environment(
        parent,
        secrets=as_text,
        variables={name: v for name, v in variables.items() if name not in in_files},
        hidden=known.union(in_files),
        preserve={*request.preserve, *kept},
        pristine=request.pristine,
    )
    return Plan(
        argv,
        made,
        given=given,
        in_files=in_files,
        manifest=wanted.manifest.path if wanted.manifest else "",
        protected=protected,
    )


def _wanted(request: Request, state: str) -> Wanted:
    """Return which names to give: those of options, else those that a manifest declares.

    With --only or --all a manifest is looked at only if it is named.
    """
    manifest = None
    if request.file is not None or not (request.only or request.everything):
        manifest = _manifest(request, state)
    if request.everything:
        return Wanted(None, (), manifest)
    if request.only or manifest is None:
        return Wanted(list(request.only), request.only, manifest)
    declared = manifest.declarations
    return Wanted([d.key for d in declared], [d.key for d in declared if not d.optional], manifest)


def _manifest(request: Request, state: str) -> Manifest:
    from infsh_secrets.manifest.cache import load

    try:
        path = locate(request.file)
    except UsageError as error:
        if request.file is not None:
            raise
        raise UsageError(
            error.message,
            "Name a manifest with -f FILE, or the secrets with --only A,B or --all.",
        ) from None
    manifest = load(path, state)
    if not refers(manifest):
        return manifest
    from infsh_secrets.services.run_variables import declaring_references

    return declaring_references(manifest)


def refers(manifest: Manifest) -> bool:
    """Tell whether variables of a manifest may refer to secrets; it is cheap to be wrong."""
    return any("secret" in text or "infsh://" in text for text in manifest.variables.values())


def _read(workspace: Workspace, keys: list[str] | None, names: list[str]) -> Selection:
    if not workspace.exists():
        from infsh_secrets.stores.base import Selection

        return Selection({}, set())
    chain = workspace.settings.environments
    found = workspace.asked(lambda store: store.select(chain, keys, names))
    if found.names_denied:
        workspace.notices.append(
            f"The token for {workspace.settings.store} may not list secrets: variables of yours "
            "named like others of them are passed on. --pristine leaves them out."
        )
    return found


def title(manifest: Manifest) -> str:
    """Return what messages call a manifest."""
    return sanitize(os.path.basename(manifest.path))


def _redactor(
    workspace: Workspace, request: Request, plan: Plan, parent: Mapping[str, str]
) -> Redactor | None:
    """Return what masks the output, after a warning that names what it cannot mask."""
    off = not request.masking or (parent.get(UNMASKED) or "").lower() not in _NO
    if off or not plan.protected:
        return None
    from infsh_secrets.execution.redact import Redactor

    redactor = Redactor(plan.protected)
    bare = redactor.unprotected
    if parent.get("GITHUB_ACTIONS") == "true":
        from infsh_secrets.execution.github import announce

        announce([value for name, value in plan.protected if name not in bare])
    if request.replace:
        return None
    if bare:
        workspace.notices.append(
            f"Warning: too short or too common to be masked in the output: {', '.join(bare)}."
        )
    return redactor
