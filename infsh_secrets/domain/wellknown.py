"""Well-known keys, and what a value looks like when it was pasted wrongly.

Every finding is a sentence without any part of the value.
"""

from __future__ import annotations

from infsh_secrets.domain.names import is_vague

AWS_PAIR = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")

WELL_KNOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "OPENAI_API_KEY": ("OpenAI (GPT-4, DALL-E, Whisper)", ("sk-",)),
    "ANTHROPIC_API_KEY": ("Anthropic (Claude)", ("sk-ant-",)),
    "REPLICATE_API_TOKEN": ("Replicate", ("r8_",)),
    "HUGGINGFACE_TOKEN": ("Hugging Face", ("hf_",)),
    "HF_TOKEN": ("Hugging Face", ("hf_",)),
    "AWS_ACCESS_KEY_ID": ("AWS access key, public half", ("AKIA", "ASIA")),
    "AWS_SECRET_ACCESS_KEY": ("AWS access key, secret half", ()),
    "STRIPE_SECRET_KEY": ("Stripe", ("sk_live_", "sk_test_", "rk_live_", "rk_test_")),
    "SENDGRID_API_KEY": ("SendGrid", ("SG.",)),
    "TWILIO_AUTH_TOKEN": ("Twilio", ()),
    "GOOGLE_API_KEY": ("Google", ("AIza", "AQ.")),
    "GEMINI_API_KEY": ("Google Gemini", ("AIza", "AQ.")),
    "COHERE_API_KEY": ("Cohere", ()),
    "OPENROUTER_API_KEY": ("OpenRouter", ("sk-or-",)),
    "FAL_KEY": ("fal", ()),
    "ELEVENLABS_KEY": ("ElevenLabs", ()),
    "XAI_API_KEY": ("xAI (Grok)", ("xai-",)),
}
"""name -> (what it is used for, the prefixes its values begin with; none known when empty)."""

_PLACEHOLDERS = frozenset(
    (
        "your-key-here",
        "your_key_here",
        "your-api-key",
        "your_api_key",
        "changeme",
        "change-me",
        "change_me",
        "replace-me",
        "replace_me",
        "replaceme",
        "placeholder",
        "insert-key",
        "todo",
        "dummy",
    )
)


def default_description(key: str) -> str:
    """Return a description for a well-known key, "" for any other."""
    known = WELL_KNOWN.get(key)
    return known[0] if known else ""


def name_warnings(key: str) -> list[str]:
    """Return what is unfortunate about a secret's name."""
    if is_vague(key):
        return [
            f"The name {key} does not say what the secret opens; a name such as "
            "OPENAI_API_KEY does."
        ]
    return []


def value_warnings(key: str, value: str) -> list[str]:
    """Return what looks wrong about a value; an empty list for most."""
    found = []
    stripped = value.strip()
    if stripped != value:
        found.append(f"The value of {key} begins or ends with blanks or a line break.")
    if len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'`":
        found.append(f"The value of {key} is wrapped in quotes, which are stored with it.")
        stripped = stripped[1:-1]
    lowered = stripped.lower()
    if _is_placeholder(lowered):
        found.append(f"The value of {key} looks like a placeholder, not like a key.")
    elif lowered.startswith(("http://", "https://")) and not _names_url(key):
        found.append(f"The value of {key} is a URL, where a key is expected.")
    else:
        prefixes = WELL_KNOWN.get(key, ("", ()))[1]
        if prefixes and stripped and not stripped.startswith(prefixes):
            found.append(
                f"The value of {key} does not begin with {' or '.join(prefixes)}, as keys of "
                f"{WELL_KNOWN[key][0]} do."
            )
    return found


def _is_placeholder(lowered: str) -> bool:
    return (
        lowered in _PLACEHOLDERS
        or ("-here" in lowered and any(p + "-here" in lowered for p in _PLACEHOLDERS))
        or "your-key-here" in lowered
        or "your_key_here" in lowered
        or (len(lowered) >= 3 and not lowered.strip("x"))  # noqa: PLR2004  # xxx
        or (lowered.startswith("<") and lowered.endswith(">"))
    )


def _names_url(key: str) -> bool:
    upper = key.upper()
    return any(word in upper for word in ("URL", "URI", "DSN", "ENDPOINT", "HOST", "WEBHOOK"))


def missing_half(key: str, names: set[str]) -> str | None:
    """Return the other half of a pair of keys when only this one is among `names`."""
    if key not in AWS_PAIR:
        return None
    other = AWS_PAIR[1 - AWS_PAIR.index(key)]
    return None if other in names else other
