"""Runs code and prints what it took and loaded: `python -I -S loaded.py <code> <path of imports>...`.

It imports nothing of its own before the code has run.
"""

# ruff: noqa: PLC0415
import sys
import time


def _main() -> None:
    sys.path[:0] = sys.argv[2:]
    before = time.process_time()
    exec(sys.argv[1], {})
    cpu = time.process_time() - before
    print(_found(cpu, dict(sys.modules)))


def _found(cpu: float, modules: dict[str, object]) -> str:
    import json
    import marshal
    import re
    from typing import Any

    def size(spec: Any) -> int:
        from_file = hasattr(getattr(spec, "loader", None), "get_filename")
        code = spec.loader.get_code(spec.name) if from_file else None
        return len(marshal.dumps(code)) if code is not None else 0

    with open("/proc/self/status") as status:
        resident = re.search(r"VmHWM:\s+(\d+) kB", status.read())
    found = {
        "cpu": cpu,
        "kib": int(resident[1]) if resident else 0,
        "modules": sorted(modules),
        "code": sum(size(getattr(module, "__spec__", None)) for module in modules.values()),
    }
    return json.dumps(found)


if __name__ == "__main__":
    _main()
