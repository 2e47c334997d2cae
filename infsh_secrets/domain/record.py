"""Named tuples that cost a start little: making a class of `typing.NamedTuple` takes 0.1 ms.

There are dozens of results, and a command imports most of them.
"""

from __future__ import annotations

from _operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as Record
else:

    class _RecordType(type):
        """Makes the annotated names of a class body the fields of its instances, in order."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            body |= {field: property(itemgetter(place)) for place, field in enumerate(fields)}
            body |= {"__slots__": (), "_fields": fields, "_field_defaults": defaults}
            body["_last_defaults"] = tuple(defaults.values())
            return super().__new__(cls, name, bases, body)

    class Record(tuple, metaclass=_RecordType):
        """What `typing.NamedTuple` is: fields by name and by place, equal where all are equal."""

        __slots__ = ()

        def __new__(cls, *values: object, **named: object) -> Any:
            fields = cls._fields
            missing = len(fields) - len(values)
            if missing and not named:
                values += cls._last_defaults[-missing:]  # those without one are left out
            elif named:
                rest = fields[len(values) :]
                known = {**cls._field_defaults, **named}
                values += tuple(known[field] for field in rest if field in known)
                if not set(rest).issuperset(named):
                    raise TypeError(f"{cls.__name__} has these fields: {', '.join(fields)}")
            if len(values) != len(fields):
                raise TypeError(f"{cls.__name__} has these fields: {', '.join(fields)}")
            return tuple.__new__(cls, values)

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            fields = zip(self._fields, self, strict=True)
            return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in fields)})"

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changes: object) -> Any:
            return type(self)(**{**self._asdict(), **changes})


__all__ = ["Record"]
