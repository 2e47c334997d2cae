"""Records behave as named tuples do."""

from __future__ import annotations

import pickle
from typing import NamedTuple

import pytest

from infsh_secrets.domain.record import Record


class Point(Record):
    """Two fields with a default and one without."""

    x: int
    y: int = 2
    name: str = ""

    @property
    def total(self) -> int:
        return self.x + self.y


class Model(NamedTuple):
    """The same by the standard library."""

    x: int
    y: int = 2
    name: str = ""


CALLS = [
    ((1,), {}),
    ((1, 5, "a"), {}),
    ((), {"x": 1}),
    ((1,), {"name": "b"}),
    ((), {"name": "b", "y": 3, "x": 1}),
]
WRONG = [
    ((), {}),
    ((), {"y": 1}),
    ((1, 2, "a", 4), {}),
    ((1,), {"x": 1}),
    ((1,), {"z": 1}),
    ((1, 2, "a"), {"name": "b"}),
]


@pytest.mark.parametrize(("values", "named"), CALLS)
def test_a_record_is_what_a_named_tuple_is(values, named):
    point, model = Point(*values, **named), Model(*values, **named)
    assert tuple(point) == tuple(model)
    assert (point.x, point.y, point.name) == (model.x, model.y, model.name)
    assert repr(point) == repr(model).replace("Model", "Point")
    assert point._asdict() == model._asdict()
    assert tuple(point._replace(y=9)) == tuple(model._replace(y=9))
    assert point == Point(*model)
    assert hash(point) == hash(model)
    assert point.total == point.x + point.y


@pytest.mark.parametrize(("values", "named"), WRONG)
def test_a_record_takes_nothing_but_its_fields(values, named):
    for made in (Point, Model):
        with pytest.raises(TypeError):
            made(*values, **named)


def test_a_record_does_not_change():
    with pytest.raises(AttributeError):
        Point(1).x = 2
    with pytest.raises(AttributeError):
        Point(1).other = 2
    with pytest.raises(TypeError):
        Point(1)._replace(other=2)


def test_a_record_can_go_to_another_process():
    point = pickle.loads(pickle.dumps(Point(1, 2, "a")))
    assert (type(point), point) == (Point, Point(1, 2, "a"))
