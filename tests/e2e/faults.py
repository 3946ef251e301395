"""Puts functions that go wrong into the place of the stack's own, and takes them out again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from tests.e2e.stack import Stack

DIRECTORY = "HEADRACE_FAULTS_DIR"
EXIT = "HEADRACE_FAULTS_EXIT"
"""Whether a kill ends the process itself: LocalStack's poller would go on with the dead one."""
_MODULE = Path(__file__).with_name("faulty_functions.py")
"""Not to be imported here: it spoils the adapters."""
_HANDLERS = {"LoadChunk": "load_chunk", "ScanSegment": "scan_segment", "WriteBatch": "write_batch"}
_WAIT = {"Delay": 0.1, "MaxAttempts": 600}


def bring(stack: Stack) -> None:
    """Puts the functions that go wrong beside the stack's own, which stay in their place."""
    code = _code(stack)

    def put(name: str) -> None:
        function = stack.function(name)
        stack.functions.update_function_code(FunctionName=function, ZipFile=code)
        _updated(stack.functions, function)

    _for_each(put)


class Faults:
    """`directory` is where the functions, which are processes of this machine here, note what they did."""

    def __init__(self, stack: Stack, directory: Path) -> None:
        self._stack = stack
        self.directory = directory

    def __enter__(self) -> Self:
        faulty = {DIRECTORY: str(self.directory)} | ({EXIT: "1"} if self._stack.emulator.enforces_iam else {})

        def put(name: str) -> None:
            self._put(name, f"{_MODULE.stem}.{_HANDLERS[name]}", self._environment(name) | faulty)

        _for_each(put)
        return self

    def __exit__(self, *_: object) -> None:
        def put(name: str) -> None:
            environment = self._environment(name)
            environment = {key: environment[key] for key in environment.keys() - {DIRECTORY, EXIT}}
            self._put(name, f"lambdas.{_HANDLERS[name]}.handler", environment)

        _for_each(put)

    def noted(self, job: str) -> int:
        """How often the loader was called for a job."""
        return len(list(self.directory.glob(f"call-{job}-*")))

    def hurry(self, job: str) -> None:
        """From now on a slow job is as quick as any."""
        (self.directory / f"hurry-{job}").touch()

    def _environment(self, name: str) -> dict[str, str]:
        found = self._stack.functions.get_function_configuration(FunctionName=self._stack.function(name))
        variables: dict[str, str] = found["Environment"]["Variables"]
        return variables

    def _put(self, name: str, handler: str, environment: dict[str, str]) -> None:
        function, functions = self._stack.function(name), self._stack.functions
        functions.update_function_configuration(
            FunctionName=function, Handler=handler, Environment={"Variables": environment}
        )
        _updated(functions, function)


def _for_each(put: Callable[[str], None]) -> None:
    with ThreadPoolExecutor(len(_HANDLERS)) as pool:
        list(pool.map(put, _HANDLERS))


def _code(stack: Stack) -> bytes:
    (asset,) = (stack.emulator.directory / "cdk.out").glob("asset.*/lambdas")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in asset.parent.rglob("*"):
            archive.write(path, path.relative_to(asset.parent))
        archive.write(_MODULE, _MODULE.name)
    return file.getvalue()


def _updated(functions: Any, function: str) -> None:
    functions.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig=_WAIT)
