"""Puts functions that go wrong into the place of the stack's own, and takes them out again."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, Self

from tests.e2e.stack import Stack

DIRECTORY = "HEADRACE_FAULTS_DIR"
EXIT = "HEADRACE_FAULTS_EXIT"
"""Whether a kill ends the process itself: LocalStack's poller would go on with the dead one."""
_MODULE = Path(__file__).with_name("faulty_functions.py")
"""Not to be imported here: it spoils the adapters."""
_HANDLERS = {"LoadChunk": "load_chunk", "ScanSegment": "scan_segment", "WriteBatch": "write_batch"}


class Faults:
    """`directory` is where the functions, which are processes of this machine here, note what they did."""

    def __init__(self, stack: Stack, directory: Path) -> None:
        self._stack = stack
        self.directory = directory

    def __enter__(self) -> Self:
        code = self._code(_MODULE)
        for name, handler in _HANDLERS.items():
            environment = self._environment(name) | {DIRECTORY: str(self.directory)}
            environment |= {EXIT: "1"} if self._stack.emulator.enforces_iam else {}
            self._put(name, code, f"{_MODULE.stem}.{handler}", environment)
        return self

    def __exit__(self, *_: object) -> None:
        code = self._code()
        for name, handler in _HANDLERS.items():
            environment = self._environment(name)
            environment = {key: environment[key] for key in environment.keys() - {DIRECTORY, EXIT}}
            self._put(name, code, f"lambdas.{handler}.handler", environment)

    def noted(self, job: str) -> int:
        """How often the loader was called for a job."""
        return len(list(self.directory.glob(f"call-{job}-*")))

    def _environment(self, name: str) -> dict[str, str]:
        found = self._stack.functions.get_function_configuration(FunctionName=self._stack.function(name))
        variables: dict[str, str] = found["Environment"]["Variables"]
        return variables

    def _code(self, *more: Path) -> bytes:
        (asset,) = (self._stack.emulator.directory / "cdk.out").glob("asset.*/lambdas")
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for path in asset.parent.rglob("*"):
                archive.write(path, path.relative_to(asset.parent))
            for path in more:
                archive.write(path, path.name)
        return file.getvalue()

    def _put(self, name: str, code: bytes, handler: str, environment: dict[str, str]) -> None:
        function, functions = self._stack.function(name), self._stack.functions
        functions.update_function_code(FunctionName=function, ZipFile=code)
        _updated(functions, function)
        functions.update_function_configuration(
            FunctionName=function, Handler=handler, Environment={"Variables": environment}
        )
        _updated(functions, function)


def _updated(functions: Any, function: str) -> None:
    functions.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
