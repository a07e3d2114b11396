"""What lies on the flash of a meter, as a folder."""

import json
from pathlib import Path

from rill.image import build, flashed


def flashed_tree(folder: Path, **config) -> Path:
    """A new folder in it; config: of config.json, if there is to be one."""
    tree = folder / "tree"
    for name in flashed(build()):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes((build() / name).read_bytes())
    if config:
        (tree / "config.json").write_text(json.dumps(config))
    return tree
