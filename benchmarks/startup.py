"""How long a command takes before it does its work, against the bare imports that it cannot do without.

    python benchmarks/startup.py [PAIRS]

The two of a pair run one right after the other, so that a machine's slow phases fall on both; told is the
median of the pairs' ratios. Bytecode is cached, as it is where the package is installed, in a folder of the
benchmark's own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
INCIDENT = "incidents/2026/11/20261121-honest-rhinoceros.yaml"

#: what is measured → (the bare imports, the command, the ratio that it must keep)
CASES: dict[str, tuple[str, list[str], float]] = {
    "reconciler --help": ("import click", ["--help"], 1.3),
    "reconciler validate FILE": ("import click, yaml, jsonschema_rs", ["validate", INCIDENT], 1.3),
}


def seconds(cache: str, *arguments: str) -> float:
    """Wall time of one Python process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = cache
    command = [sys.executable, *arguments]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(name: str, pairs: int, cache: str) -> bool:
    """Time one case, print what came out, and say whether the ratio was kept."""
    bare, command, most = CASES[name]
    times = [
        (seconds(cache, "-c", bare), seconds(cache, "-m", "reconciler", *command)) for _ in range(pairs + 1)
    ][1:]  # the first pair fills the cache
    theirs, ours = (median(column) * 1000 for column in zip(*times, strict=True))
    ratio = median(our / their for their, our in times)
    print(f"{name}: {ours:.0f} ms, {ratio:.2f} times `{bare}` ({theirs:.0f} ms); {most} allowed")
    return ratio <= most


def main(pairs: int) -> int:
    """Measure every case; 1 when a ratio was not kept."""
    with TemporaryDirectory() as cache:
        kept = [measure(name, pairs, cache) for name in CASES]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 21))
