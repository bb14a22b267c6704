"""Two years of Nordlicht Handel, written to a directory: the same seed gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from bizops.demo.files import write_files
from bizops.demo.truth import write_truth
from bizops.demo.world import create_world


def simulate(target_dir: str | Path, *, seed: int = 7, scale: float = 1.0) -> None:
    """Writes the demo company's files and ``truth.json`` into *target_dir*.

    ``scale`` shrinks or grows customers, visits and sales; branches, staff and the planted effects stay as they are.
    """
    target = Path(target_dir)
    target.mkdir(parents=True, exist_ok=True)
    world = create_world(seed, scale)
    write_files(world, target)
    write_truth(world, target, seed=seed, scale=scale)
