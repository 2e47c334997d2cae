"""What the pictures show: commands in a home with made-up values, and what is typed there."""

from __future__ import annotations

from typing import NamedTuple

COLUMNS = 88


class Step(NamedTuple):
    """A command at the prompt, with (question, answer) pairs; unseen ones only prepare."""

    command: str
    answers: tuple[tuple[str, str], ...] = ()
    unseen: bool = False
    status: int = 0


class Scene(NamedTuple):
    """One picture: its file, its title, and its steps in an empty home."""

    name: str
    title: str
    steps: tuple[Step, ...]


def unseen(command):
    return Step(command, unseen=True)


def typed(key, value):
    """What is typed, and not shown, where a value is asked for."""
    return ((f"Value of {key} (not shown): ", value), ("The same again: ", value))


SET = "infsh secrets set -q"
OPENAI = "sk-proj-Zq3vT8mXw1LkR7yNc5HdJ2bGf9PsA4eU"
FAL = "7a1f4c9e-made-up-value:52d08b3e6a91"

SCENES = (
    Scene(
        "first-look",
        "Keep keys, see them masked",
        (
            unseen(f"{SET} OPENAI_API_KEY {OPENAI} -d 'For GPT-4 calls'"),
            unseen(f"{SET} FAL_KEY {FAL} -d 'Image models'"),
            Step(
                "infsh secrets set STRIPE_SECRET_KEY -d Payments --expires 90d",
                typed("STRIPE_SECRET_KEY", "sk_live_51MadeUpValueOfTheRightShape0004q7T"),
            ),
            Step("infsh secrets list"),
            Step("infsh secrets get OPENAI_API_KEY"),
        ),
    ),
    Scene(
        "apps",
        "An app gets what it declares, and its output is masked",
        (
            unseen(f"{SET} OPENAI_API_KEY {OPENAI}"),
            unseen(
                "printf '%s\\n' secrets: '  - key: OPENAI_API_KEY' '    description: GPT-4 calls' "
                "'  - key: FAL_KEY' '    description: images' > inf.yml"
            ),
            Step("cat inf.yml"),
            Step("infsh secrets check -q", status=6),
            Step("infsh secrets set FAL_KEY", typed("FAL_KEY", FAL)),
            Step("infsh secrets run -- sh -c 'echo calling with $FAL_KEY; echo $FAL_KEY | base64'"),
        ),
    ),
    Scene(
        "undo",
        "Every value stays as a version",
        (
            unseen(f"{SET} FAL_KEY {FAL}"),
            Step(
                "infsh secrets set FAL_KEY", typed("FAL_KEY", "pasted-from-the-wrong-window-by-me")
            ),
            Step("infsh secrets history FAL_KEY"),
            Step("infsh secrets rollback FAL_KEY"),
            Step("infsh secrets delete FAL_KEY"),
            Step("infsh secrets restore FAL_KEY"),
        ),
    ),
)
