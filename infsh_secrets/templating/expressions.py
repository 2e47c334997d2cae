"""Expressions: `secrets.NAME`, joined with text, in the language of Julep's tasks.

The syntax tree is walked before anything is evaluated. `secrets` may stand only before `.NAME` or
`['NAME']`, else `str(secrets)` would give everything there is; of the language only what joins
texts is taken. What is left has no loop, no multiplication and no format, so that neither time nor
memory can be had from it.
"""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import is_key
from infsh_secrets.templating.model import Name, Problem

if TYPE_CHECKING:
    from infsh_secrets.templating.model import Values

SECRETS = "secrets"
MAX_SOURCE = 4096
MAX_NODES = 500
MAX_DEPTH = 40

ONLY = "Use secrets.NAME, texts, f'…', + and the functions str and len."
_FUNCTIONS = (str, len)
_NODES = (
    *(ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.Name, ast.Load, ast.BinOp, ast.Add),
    *(ast.Call, ast.IfExp, ast.Compare, ast.Eq, ast.NotEq, ast.BoolOp, ast.And, ast.Or),
    *(ast.UnaryOp, ast.Not, ast.List, ast.Dict),
)
_CONSTANTS = (str, int, float, bool, type(None))
_TAKEN = frozenset(
    (
        *("clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault"),
        *("update", "values", "merge_update", "get_comment", "set_comment", "del_comment"),
        *(f"{way}_{form}" for way in ("from", "to") for form in ("json", "msgpack", "toml")),
        *("from_toon", "to_toon", "from_yaml", "to_yaml", "to_dict", "format", "format_map"),
        *("mro", "tb_frame", "gi_frame", "ag_frame", "cr_frame", "exec"),
    )
)
"""Names that mean something else after a dot on the platform: methods of its mapping, and what its
evaluator refuses."""
_TAKEN_PREFIXES = ("_", "func_")


class Expression:
    """An expression that was found to be harmless; `names` are those it refers to."""

    __slots__ = ("_body", "_line", "names")

    def __init__(self, body: ast.expr, names: list[Name], line: int) -> None:
        self._body = body
        self._line = line
        self.names = names

    def evaluate(self, values: Values) -> Any:
        """Return the result, which is secret: a text, number, boolean, null, list or mapping.

        Raises UsageError, without anything of the values, for what cannot be put together.
        """
        from simpleeval import (  # type: ignore[import-untyped]
            DEFAULT_OPERATORS,
            EvalWithCompoundTypes,
        )

        operators = {
            kind: DEFAULT_OPERATORS[kind] for kind in (ast.Add, ast.Eq, ast.NotEq, ast.Not)
        }
        evaluator = EvalWithCompoundTypes(
            operators=operators,
            functions={function.__name__: function for function in _FUNCTIONS},
            names={SECRETS: _Secrets(values)},
        )
        try:
            return evaluator.eval("", previously_parsed=self._body)
        except Exception:  # noqa: BLE001  # its messages hold values, and so may its cause
            error = UsageError(
                f"{values.path}, line {self._line}: this expression puts together what does not"
                " fit, or becomes too long.",
                "Join texts with texts; str() makes a text of a number.",
            )
        raise error


class _Secrets:
    """What `secrets` is while an expression is evaluated: an index of names, nothing else."""

    __slots__ = ("_values",)

    def __init__(self, values: Values) -> None:
        self._values = values

    def __getitem__(self, key: str) -> str:
        return self._values[Name(key)]


class Parsed:
    """What became of a source: an expression, or problems; names are listed in any case.

    `mentioned` is false for an expression without `secrets`, which is none of ours.
    """

    __slots__ = ("expression", "mentioned", "names", "problems")

    def __init__(self, walk: _Walk, body: ast.expr) -> None:
        self.mentioned = walk.mentioned
        self.names = walk.names
        self.problems = walk.problems
        self.expression = None if walk.problems else Expression(body, walk.names, walk.line)


def parse(source: str, line: int) -> Parsed | None:
    """Return what an expression says, None when it is none, or too long."""
    if len(source) > MAX_SOURCE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they would show the source
            body = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return None
    walk = _Walk(line)
    walk.go(body)
    return Parsed(walk, body)


class _Walk:
    """One way through a tree, without recursion."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.names: list[Name] = []
        self.problems: list[Problem] = []
        self.mentioned = False

    def go(self, body: ast.expr) -> None:
        waiting: list[tuple[ast.AST, int]] = [(body, 1)]
        seen = 0
        while waiting:
            node, depth = waiting.pop()
            seen += 1
            if seen > MAX_NODES or depth > MAX_DEPTH:
                self._wrong("an expression that is too long or too deep", "Make it shorter.")
            rest = self._children(node)
            waiting += [(child, depth + 1) for child in reversed(rest)]

    def _wrong(self, message: str, hint: str = ONLY, *, is_set: bool = False) -> None:
        problem = Problem(self.line, message, hint, is_set)
        if not self.problems:  # the first says enough
            self.problems.append(problem)

    def _children(self, node: ast.AST) -> list[ast.AST]:
        """Check one node; return those in it that are to be checked as well."""
        key = self._key(node)
        if key is not None:
            self.mentioned = True
            self.names += [name for name in (Name(key),) if name not in self.names]
            return []
        if isinstance(node, ast.Set):
            self._set(node)
        elif not isinstance(node, _NODES) or not self._allowed(node):
            self._wrong("this is not allowed in an expression")
        if isinstance(node, ast.Name) and node.id == SECRETS:
            self.mentioned = True
            self._wrong("`secrets` stands alone, or with more than one plain name behind it")
        elif isinstance(node, ast.Name):
            self._wrong("only `secrets` is known in an expression here")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return [*node.args, *node.keywords]  # the function itself was checked
        return list(ast.iter_child_nodes(node))

    def _key(self, node: ast.AST) -> str | None:
        """Return the name after `secrets`, None where the node is nothing of that kind."""
        if not isinstance(node, ast.Attribute | ast.Subscript):
            return None
        if not isinstance(node.value, ast.Name) or node.value.id != SECRETS:
            return None
        if not isinstance(node.ctx, ast.Load):
            return None
        if isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            return key if isinstance(key, str) and is_key(key) else None
        if node.attr in _TAKEN or node.attr.startswith(_TAKEN_PREFIXES):
            self.mentioned = True
            self._wrong(
                "this name means something else after a dot", "Write it as secrets['NAME']."
            )
            return None
        return node.attr if is_key(node.attr) else None

    def _set(self, node: ast.Set) -> None:
        keys = [self._key(one) for one in ast.walk(node)]
        named = next((key for key in keys if key), "NAME")
        self._wrong(
            "a name in braces is a set in Python, not a text",
            f"Write it without braces, as in `$ secrets.{named}`.",
            is_set=True,
        )

    @staticmethod
    def _allowed(node: ast.AST) -> bool:
        """Tell whether a node of an allowed kind is used as it may be."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, _CONSTANTS)
        if isinstance(node, ast.FormattedValue):
            plain = node.format_spec is None and node.conversion == -1
            return plain and not isinstance(node.value, ast.JoinedStr)
        if isinstance(node, ast.Call):
            known = isinstance(node.func, ast.Name) and node.func.id in {"str", "len"}
            return known and len(node.args) == 1 and not node.keywords
        if isinstance(node, ast.Dict):
            return all(isinstance(k, ast.Constant) and isinstance(k.value, str) for k in node.keys)
        return True
