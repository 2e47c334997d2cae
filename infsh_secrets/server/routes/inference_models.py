"""Bodies of the inference.sh contract; fields that are not known are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

_Name = Annotated[str, Field(max_length=255)]


class Filter(BaseModel):
    """A condition on a list; those on other fields than key and scope are ignored."""

    field: str = ""
    operator: str = "eq"
    value: Any = None


class CursorListRequest(BaseModel):
    """Which part of a list is wanted."""

    cursor: str | None = None
    limit: int | None = Field(default=None, ge=0)
    filters: list[Filter] | None = Field(default=None, max_length=32)


class SecretCreateRequest(BaseModel):
    """A secret to create or replace."""

    key: str
    value: str
    description: str | None = None
    provider: str | None = None
    connection_scope: Literal["team", ""] | None = None
    label: str | None = None


class SecretUpdateRequest(BaseModel):
    """What of a secret is to change; what is absent stays."""

    value: str | None = None
    description: str | None = None


class SecretRequirement(BaseModel):
    """A secret that an app declares."""

    key: _Name
    description: str | None = None
    optional: bool | None = None


class CredentialRequirement(BaseModel):
    """A connection that an app declares."""

    key: _Name
    description: str | None = None
    optional: bool | None = None


class CheckRequirementsRequest(BaseModel):
    """What an app declares."""

    secrets: list[SecretRequirement] | None = Field(default=None, max_length=1000)
    credentials: list[CredentialRequirement] | None = Field(default=None, max_length=1000)
    integrations: list[CredentialRequirement] | None = Field(default=None, max_length=1000)
