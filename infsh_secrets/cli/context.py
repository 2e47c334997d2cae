"""What a command has at hand: settings, workspace, prompts, and a way to say something."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from infsh_secrets.cli.output import Renderer
from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain import exit_codes
from infsh_secrets.files.streams import may_ask
from infsh_secrets.services.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.cli.progress import Progress
    from infsh_secrets.domain.results import Result
    from infsh_secrets.services.dialogue import Dialogue


class Context:
    """One run of one command."""

    def __init__(
        self,
        *,
        output: str | None,
        json: bool,
        quiet: bool,
        no_color: bool,
        debug: bool,  # noqa: ARG002  # read where errors end, also those of parsing
        no_input: bool = False,
        store: str | None = None,
        team: str | None = None,
        environment: str | None = None,
        vault: str | None = None,
        key_file: str | None = None,
        key_fd: int | None = None,
        accept_rollback: bool = False,
        offline: bool = False,
    ) -> None:
        self._quiet = quiet
        self.output_named = bool(json or output)
        self.environment_named = environment is not None
        self.may_ask = may_ask(os.environ, no_input=no_input)
        self._renderer = Renderer("json" if json else output, no_color=no_color, quiet=quiet)
        self._options = Options(
            output="json" if json else output,
            store=store,
            team=team,
            environment=environment,
            vault=vault,
            key_file=key_file,
            key_fd=key_fd,
            accept_rollback=accept_rollback,
            offline=offline,
        )
        self._workspace: Workspace | None = None
        self._shown: list[Result] = []

    @property
    def workspace(self) -> Workspace:
        """The workspace of the settings in force."""
        if self._workspace is None:
            from infsh_secrets.cli.prompts import ask_hidden

            settings = Settings(self._options, os.environ)
            self._workspace = Workspace(settings, ask_hidden if self.may_ask else None)
        return self._workspace

    @property
    def dialogue(self) -> Dialogue | None:
        """The person at the terminal, None where nothing may be asked."""
        if not self.may_ask:
            return None
        from infsh_secrets.cli.prompts import dialogue

        return dialogue()

    def progress(self, label: str) -> Progress:
        """Return a bar for long work; it shows on a terminal only."""
        from infsh_secrets.cli.progress import Progress

        return Progress(label, quiet=self._quiet)

    def choose_store(self, store: str) -> None:
        """Work with this store, whatever options, variables and configuration say."""
        self._options.store = store

    def choose_team(self, team: str) -> None:
        """Work in this team, whatever options and variables say; its vault has a fixed place."""
        from infsh_secrets.domain.errors import UsageError
        from infsh_secrets.domain.names import check_team

        if self._options.vault is not None:
            raise UsageError(
                "The vault of a team has a place of its own.",
                "Leave --vault out; `set KEY --vault PATH` makes a vault elsewhere.",
            )
        self._options.team = check_team(team)

    def run(self, call: Callable[[], Result | int | None]) -> int:
        """Make the call, tell its notices, render its result, and close what it opened.

        Returns the exit status, which a result may set; a number is one and nothing else.
        """
        try:
            self._renderer.check()
            result = call()
            self.tell_notices()
            if isinstance(result, int):
                return result
            if result is not None and not any(result is shown for shown in self._shown):
                self._renderer.render(result)
            return getattr(result, "exit_status", exit_codes.OK)
        finally:
            if self._workspace is not None:
                self._workspace.close()

    def show(self, result: Result) -> None:
        """Render what the command goes on from; as its result it is not rendered again."""
        self.tell_notices()
        self._renderer.render(result)
        self._shown.append(result)

    def tell_notices(self) -> None:
        """Say what has been noted so far."""
        if self._workspace is not None:
            for notice in self._workspace.notices:
                self._renderer.say(notice)
            self._workspace.notices.clear()

    def tell(self, text: str) -> None:
        """Tell the person something on standard error at once; nothing when quiet."""
        self._renderer.say(text)

    @property
    def in_dialogue(self) -> bool:
        """Whether a person sees a table and may be asked about it."""
        table = sys.stdout.isatty() and self._renderer.form == "table"
        return table and self.may_ask and not self._quiet

    def say(self, text: str) -> None:
        """Tell the person something on standard error, once the command has done its work."""
        self.workspace.notices.append(text)

    @property
    def stdout_is_terminal(self) -> bool:
        """Whether a person sees the output."""
        return sys.stdout.isatty()
