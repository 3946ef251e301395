"""The verbs that move data run where they should, and end as they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headrace.cli.exits import Exit
from tests.builders import BUCKET, QUEUE, SOURCE, TABLE
from tests.cli import Shell
from tests.scenarios import COPY

ROWS = "id,name\na,1\nb,2\n"


def started(shell: Shell) -> list[Any]:
    """Documents of the jobs that the deployed pipeline was given."""
    return [one.document for one in shell.deployed.machine.found.values()]


def test_a_file_is_loaded_here(shell: Shell) -> None:
    said = shell("load", shell.file(ROWS), TABLE)
    assert said.code == Exit.DONE
    assert "2 rows read = 2 written + 0 superseded + 0 skipped + 0 rejected" in said.out
    assert set(shell.here.items) == {("a",), ("b",)}
    assert started(shell) == []


@pytest.mark.parametrize("name", ["rows.csv", "./rows.csv", "~/rows.csv", "ro ws.csv"])
def test_files_are_named_as_the_shell_names_them(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HOME", str(shell.folder))
    file = shell.folder / Path(name).name
    file.write_text(ROWS)
    assert shell("load", name, TABLE, "--json").json["source"] == f"file://{file}"


def test_what_is_in_s3_is_the_pipelines(shell: Shell) -> None:
    shell.deployed.fakes.put_source(ROWS)
    said = shell("load", SOURCE, TABLE, "--json")
    assert said.code == Exit.DONE
    assert said.json["source"] == SOURCE
    assert started(shell) == [{"operation": "load", "source": SOURCE, "target": TABLE}]
    assert shell.own == []


def test_what_is_in_s3_is_loaded_here_if_that_is_said(shell: Shell) -> None:
    shell.here.put_source(ROWS)
    assert shell("load", SOURCE, TABLE, "--here").code == Exit.DONE
    assert len(shell.here.items) == 2


def test_a_table_is_read_here_unless_the_pipeline_is_asked_for(shell: Shell) -> None:
    shell.deployed.fakes.tables.add(TABLE, {"id": {"S": "a"}})
    assert "0 items, of 0 looked at" in shell("count", TABLE).out
    assert "1 items, of 1 looked at" in shell("count", TABLE, "--pipeline").out


def test_a_stack_is_the_pipelines_and_never_this_machine(shell: Shell) -> None:
    assert shell("count", TABLE, "--stack", "Headrace").code == Exit.DONE
    said = shell("count", TABLE, "--stack", "Headrace", "--here")
    assert said.code == Exit.USAGE
    assert said.errors == [
        "headrace: --here runs no stack; leave out --here or --stack; see headrace count --help"
    ]


def test_a_file_is_sent_to_the_pipeline_if_that_is_said(shell: Shell) -> None:
    shell("load", shell.file(ROWS), TABLE, "--pipeline", "--job-name", "mine")
    assert started(shell)[0]["source"] == f"s3://{BUCKET}/jobs/mine/source/rows.csv"
    assert len(shell.deployed.fakes.items) == 2


def test_whoever_waits_sees_the_jobs_name_and_how_far_it_is(shell: Shell) -> None:
    said = shell("load", shell.file(ROWS), TABLE, "--pipeline", "--job-name", "mine")
    assert said.errors == ["started mine", "Planning: 0 rows"]


def test_who_does_not_wait_gets_the_jobs_name(shell: Shell) -> None:
    said = shell("count", TABLE, "--pipeline", "--detach", "--job-name", "mine")
    assert (said.code, said.out, said.err) == (Exit.DONE, "mine\n", "")


def test_an_export_goes_into_a_folder_and_comes_back(shell: Shell) -> None:
    shell.here.tables.add(TABLE, {"id": {"S": "a"}}, {"id": {"S": "b"}})
    said = shell("export", TABLE, "out/")
    assert f"parts, {said.out.split(' parts, ')[1].split()[0]} bytes: file://{shell.folder}/out/" in said.out
    assert shell("restore", "out/", COPY).code == Exit.DONE
    assert shell.here.items_of(COPY) == shell.here.items


def test_an_export_needs_no_target(shell: Shell) -> None:
    assert shell("export", TABLE, "--json").json["target"].startswith(f"file://{shell.state}/exports/")


def test_items_are_sent_and_copied(shell: Shell) -> None:
    shell.here.tables.add(TABLE, {"id": {"S": "a"}})
    assert f"1 messages in {QUEUE}" in shell("scan", TABLE, QUEUE).out
    assert shell("copy", TABLE, COPY).code == Exit.DONE
    assert shell.here.items_of(COPY) == shell.here.items


def test_a_truncate_names_its_table_for_the_person(shell: Shell) -> None:
    shell.here.tables.add(TABLE, {"id": {"S": "a"}})
    assert shell("truncate", TABLE, "--yes").code == Exit.DONE
    assert not shell.here.items


def test_a_job_in_a_file_says_all(shell: Shell) -> None:
    shell.file(ROWS)
    job = {"source": f"file://{shell.folder}/rows.csv", "target": TABLE, "columns": {"name": "N"}}
    assert shell("load", "--job", shell.file(json.dumps(job), "job.json")).code == Exit.DONE
    assert shell.here.items["a",]["name"] == {"N": "1"}


def test_a_file_in_a_job_may_be_a_path(shell: Shell) -> None:
    job = json.dumps({"source": shell.file(ROWS), "target": TABLE})
    assert shell("load", "--job", shell.file(job, "job.json")).code == Exit.DONE


def test_rows_that_are_rejected_fail_the_command_unless_they_are_tolerated(shell: Shell) -> None:
    file = shell.file("id,n:N\na,1\nb,x\n")
    said = shell("load", file, TABLE)
    assert said.code == Exit.FAILED
    assert said.out.startswith("FAILED  load-orders-")
    assert shell("load", file, TABLE, "--tolerate", "1").code == Exit.DONE


def test_a_job_that_cannot_start_is_told_apart_from_one_that_failed(shell: Shell) -> None:
    said = shell("load", shell.file(ROWS), "nowhere", "--json")
    assert said.code == Exit.NOT_STARTED
    assert said.json["error"] == "TableNotFoundError"


def test_a_name_that_is_taken_starts_nothing(shell: Shell) -> None:
    shell("count", TABLE, "--job-name", "mine")
    said = shell("count", TABLE, "--job-name", "mine")
    assert said.code == Exit.NOT_STARTED
    assert said.errors == [
        "headrace: there is a job 'mine' on this machine already: give this one another name"
    ]


def test_all_that_is_wrong_with_a_job_is_told_a_line_each(shell: Shell) -> None:
    said = shell("load", SOURCE, TABLE, "--delimiter", "ab", "--tolerate", "-1", "--column", "n=X")
    assert said.code == Exit.USAGE
    assert [line.split()[1] for line in said.errors] == [
        "format.delimiter:",
        "columns.n.type:",
        "tolerate.rejects:",
    ]


def test_the_report_can_go_into_a_file_as_well(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    said = shell("load", shell.file(ROWS), TABLE, f"--report-file={file}")
    assert "SUCCEEDED" in said.out
    assert json.loads(file.read_text())["rows"]["written"] == 2


def test_programs_get_the_report_and_nothing_else(shell: Shell) -> None:
    said = shell("load", shell.file(ROWS), TABLE, "--json")
    assert said.err == ""
    assert said.json["rows"]["written"] == 2
