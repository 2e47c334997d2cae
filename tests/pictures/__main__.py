"""Draw the pictures of the README anew: `python tests/pictures`."""

from __future__ import annotations

from filming import path, picture, printed
from scenes import SCENES

for scene in SCENES:
    with open(path(scene), "w", encoding="utf-8") as file:
        file.write(picture(scene, printed(scene)))
    print(path(scene))
