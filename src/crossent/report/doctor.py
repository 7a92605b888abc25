"""What this installation is made of, as a table or as JSON."""

from __future__ import annotations

import json as json_text
import platform
from importlib import metadata
from typing import Any

PACKAGES = ("crossent", "numpy", "scipy", "numba", "llvmlite", "polars", "sympy", "mpmath", "cyclopts", "rich")


def diagnosis() -> dict[str, Any]:
    """Versions, the kernels' cache, threads, the processor."""
    from llvmlite import binding

    from crossent.kernels import cache, threads

    folder = cache.folder()
    kernels = sorted(folder.path.glob("crossent_*.py"))
    features = binding.get_host_cpu_features()
    vectors = [name for name in ("sse2", "avx", "avx2", "fma", "avx512f", "neon", "sve") if features.get(name)]
    return {
        "schema": "crossent/doctor/1",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "versions": {name: _version(name) for name in PACKAGES},
        "cache": {"folder": str(folder.path), "kernels": len(kernels), "refused": folder.refused or None},
        "threads": threads.count(),
        "processor": {"name": binding.get_host_cpu_name(), "instructions": vectors},
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def print_doctor(as_json: bool) -> None:
    """The diagnosis on standard output."""
    found = diagnosis()
    if as_json:
        print(json_text.dumps(found, indent=2))
        return
    from crossent.report.terminal import print_table

    rows = [("python", found["python"]), ("system", found["system"])]
    rows += [(name, version or "not installed") for name, version in found["versions"].items()]
    rows += [
        ("kernels' cache", found["cache"]["folder"]),
        ("  kernels in it", str(found["cache"]["kernels"])),
        *([("  usual folder refused", found["cache"]["refused"])] if found["cache"]["refused"] else []),
        ("threads", str(found["threads"])),
        ("processor", f"{found['processor']['name']} ({', '.join(found['processor']['instructions'])})"),
    ]
    print_table(rows)
