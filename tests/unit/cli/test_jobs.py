"""The verbs about jobs find the job, wherever it is, and do with it what they say."""

from __future__ import annotations

import json
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from headrace.cli.exits import Exit
from headrace.errors import HeadraceError
from headrace.here.locks import JobLocks
from headrace.ledger import Stop
from tests.builders import TABLE, job_document
from tests.cli import Shell
from tests.fakes import Faults

ROWS = "id,name\na,1\nb,2\n"
BAD = "id,n:N\na,1\nb,x\n"
VERBS = ["status", "follow", "report", "rejects", "retry", "cancel", "resume"]


def loaded(shell: Shell, text: str = ROWS, name: str = "mine", *more: str) -> str:
    """A job of this machine that has ended."""
    shell("load", shell.file(text), TABLE, "--job-name", name, *more)
    return name


def elsewhere(shell: Shell, text: str = ROWS, name: str = "theirs") -> str:
    """A job that the deployed pipeline has done."""
    shell.deployed.fakes.put_source(text)
    shell.run_elsewhere(job_document(), name)
    return name


def held(shell: Shell, name: str = "theirs") -> str:
    """A job that the deployed pipeline is planning, and works on while its user sleeps."""
    shell.deployed.fakes.put_source(ROWS)
    shell.deployed.machine.prompt.add(name)
    shell.deployed.machine.start(name, job_document())
    return name


# jobs


def test_jobs_of_this_machine_are_listed_the_newest_first(shell: Shell) -> None:
    loaded(shell, name="first")
    loaded(shell, BAD, "second")
    said = shell("jobs")
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["status", "job", "started", "took", "from", "to", "where"]
    assert [(line[0], line[1], *line[-3:]) for line in lines[1:]] == [
        ("FAILED", "second", "rows.csv", TABLE, "here"),
        ("SUCCEEDED", "first", "rows.csv", TABLE, "here"),
    ]


def test_with_the_pipeline_its_jobs_are_listed_among_them(shell: Shell) -> None:
    loaded(shell)
    elsewhere(shell)
    listed = shell("jobs", "--pipeline", "--json").json
    assert {(one["where"], one["job"]) for one in listed} == {("here", "mine"), ("Headrace", "theirs")}
    assert [one["started"] for one in listed] == sorted((one["started"] for one in listed), reverse=True)
    assert [one["job"] for one in shell.jobs()] == ["mine"]


def test_no_more_jobs_are_listed_than_are_wanted(shell: Shell) -> None:
    for number in range(3):
        loaded(shell, name=f"job-{number}")
    assert [one["job"] for one in shell("jobs", "--limit", "2", "--json").json] == ["job-2", "job-1"]


def test_a_list_of_none_says_so_and_is_valid_json(shell: Shell) -> None:
    assert shell("jobs").err == "no jobs yet\n"
    assert shell("jobs", "--json").json == []


def test_nothing_of_a_job_is_taken_for_markup(shell: Shell) -> None:
    shell("load", shell.file(ROWS, "[red]rows.csv"), TABLE)
    assert "  [red]rows.csv  " in shell("jobs").out


# Where a job is


def test_a_job_that_is_known_here_is_this_machines(shell: Shell) -> None:
    loaded(shell, name="both")
    elsewhere(shell, BAD, name="both")
    assert shell("status", "both", "--json").json["status"] == "SUCCEEDED"
    assert shell.asked == []


def test_a_job_that_is_not_known_here_is_the_pipelines(shell: Shell) -> None:
    elsewhere(shell)
    assert shell("status", "theirs").code == Exit.DONE
    assert shell.asked[-1] == ("Headrace", None, None, None)


@pytest.mark.parametrize("option", [["--pipeline"], ["--stack", "Headrace"]])
def test_the_options_say_where_a_job_is(shell: Shell, option: list[str]) -> None:
    loaded(shell, name="both")
    elsewhere(shell, BAD, name="both")
    assert shell("status", "both", *option, "--json").json["status"] == "FAILED"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("options", "looked"),
    [
        (["--here"], ["on this machine"]),
        (["--pipeline"], ["in stack 'Headrace'"]),
        ([], ["on this machine", "in stack 'Headrace'"]),
        (["--stack", "Other"], ["there is no stack 'Other'"]),
    ],
)
def test_a_job_that_is_nowhere_is_not_found_where_was_looked(
    shell: Shell, verb: str, options: list[str], looked: list[str]
) -> None:
    said = shell(verb, "never", *options)
    assert said.code == Exit.NOT_STARTED
    (line,) = said.errors
    assert all(place in line for place in looked)
    assert ("on this machine" in line) == ("on this machine" in looked)


def test_without_a_stack_what_is_known_of_this_machine_is_told_all_the_same(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headrace.cli.connection.STACK_NAME", "None")
    (line,) = shell("status", "never").errors
    assert f"on this machine, in {shell.state}" in line
    assert "there is no stack 'None'" in line


@pytest.mark.parametrize("verb", VERBS)
def test_what_no_job_can_be_called_is_wrong_usage(shell: Shell, verb: str) -> None:
    said = shell(verb, "a b")
    assert said.code == Exit.USAGE
    assert "a job's name, of 1 to 80 characters" in said.err


def test_what_the_options_say_is_handed_on(shell: Shell) -> None:
    where = ["--region", "eu-west-1", "--profile", "data", "--endpoint", "http://127.0.0.1:1"]
    shell("status", "never", *where)
    (own,) = shell.own
    assert (own.region, own.profile, own.endpoint) == ("eu-west-1", "data", "http://127.0.0.1:1")
    assert shell.asked == [("Headrace", "eu-west-1", "data", "http://127.0.0.1:1")]


# status


def test_the_status_of_a_job_that_ended_is_its_accounts_and_its_report(shell: Shell) -> None:
    loaded(shell)
    lines = shell("status", "mine").out.splitlines()
    assert lines[0] == "SUCCEEDED  mine"
    assert lines[1] == "2/2 rows, 1/1 units, 2 written"
    assert lines[2].startswith("started ")
    assert lines[3] == "headrace report mine tells all"


def test_the_status_of_a_job_that_failed_says_why(shell: Shell) -> None:
    loaded(shell, BAD)
    assert shell("status", "mine").out.splitlines()[1].startswith("RowsRejectedError: Of 2 rows read")


def test_the_status_of_a_job_that_runs_says_what_it_does_and_what_can_be_done(shell: Shell) -> None:
    lines = shell("status", held(shell)).out.splitlines()
    assert lines[0] == "RUNNING  theirs"
    assert lines[1] == "Loading: 0/2 rows, 0/1 units"
    assert lines[-1] == "headrace follow theirs looks on, headrace cancel theirs stops it"


def test_the_status_of_a_job_whose_process_was_killed_says_how_to_go_on(shell: Shell) -> None:
    loaded(shell)
    shell.here.tables.faults.on("describe", 1, KeyError("a bug"))
    with pytest.raises(KeyError):
        shell("load", "rows.csv", TABLE, "--job-name", "killed")
    assert "headrace resume killed" in shell("status", "killed").out
    said = shell("follow", "killed")
    assert said.code == Exit.NOT_STARTED
    assert "headrace resume killed" in said.err


def test_a_status_is_json_with_times_and_progress(shell: Shell) -> None:
    loaded(shell)
    told = shell("status", "mine", "--json").json
    assert told["progress"]["written"] == 2
    assert told["started"] <= told["ended"]


# follow


def test_a_job_is_followed_to_its_end_and_its_report(shell: Shell) -> None:
    said = shell("follow", held(shell))
    assert said.code == Exit.DONE
    assert said.errors == ["Loading: 0/2 rows, 0/1 units"]
    assert "2 rows read = 2 written + 0 superseded + 0 skipped + 0 rejected" in said.out


def test_a_job_that_has_ended_is_told_as_it_ended(shell: Shell) -> None:
    loaded(shell, BAD)
    assert shell("follow", "mine", "--json").json["error"] == "RowsRejectedError"
    assert shell("follow", "mine").code == Exit.FAILED


def test_whoever_stops_following_leaves_the_job_to_itself(shell: Shell) -> None:
    job = held(shell)

    def interrupt() -> None:
        raise KeyboardInterrupt

    shell.deployed.clock.steps.appendleft(interrupt)
    said = shell("follow", job)
    assert said.code == Exit.INTERRUPTED
    assert said.errors[-1].startswith("theirs goes on; headrace follow theirs looks on")
    assert shell("follow", job).code == Exit.DONE


def test_a_job_that_somebody_cancels_ends_as_failed_for_who_follows(shell: Shell) -> None:
    job = held(shell)
    shell.deployed.fakes.ledger.stop(job, Stop("JobCancelledError", "cancelled"))
    assert shell("follow", job).code == Exit.FAILED


# report


def test_a_report_is_shown_and_says_where_its_page_is(shell: Shell) -> None:
    loaded(shell)
    said = shell("report", "mine")
    assert said.code == Exit.DONE
    assert said.out.splitlines()[0].startswith("SUCCEEDED  mine, ")
    assert said.out.splitlines()[-1] == f"report: file://{shell.state}/jobs/mine/report.html"


def test_the_report_of_a_job_that_failed_is_no_failure_of_the_command(shell: Shell) -> None:
    loaded(shell, BAD)
    assert shell("report", "mine").code == Exit.DONE


def test_a_report_is_printed_as_it_is(shell: Shell) -> None:
    loaded(shell)
    assert shell("report", "mine", "--json").json == json.loads(
        (shell.state / "jobs/mine/report.json").read_text()
    )


def test_a_job_that_runs_has_no_report_yet(shell: Shell) -> None:
    said = shell("report", held(shell))
    assert said.code == Exit.NOT_STARTED
    assert said.errors == ["headrace: job 'theirs' is running, and has no report before it ends"]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the browser was told to open."""
    found: list[str] = []

    def open_it(url: str) -> bool:
        found.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_it)
    return found


def test_the_page_of_this_machine_is_opened_where_it_is(shell: Shell, opened: list[str]) -> None:
    loaded(shell)
    assert shell("report", "mine", "--open").code == Exit.DONE
    assert opened == [f"file://{shell.state}/jobs/mine/report.html"]


def test_the_page_of_the_pipeline_is_fetched_to_be_opened(shell: Shell, opened: list[str]) -> None:
    elsewhere(shell)
    shell("report", "theirs", "--open")
    (url,) = opened
    assert "theirs" in Path(url.removeprefix("file://")).read_text()


def test_a_page_is_saved_and_opened_where_it_was_saved(shell: Shell, opened: list[str]) -> None:
    elsewhere(shell)
    shell("report", "theirs", "--page", "page.html", "--open")
    assert opened == [(shell.folder / "page.html").as_uri()]
    assert "theirs" in (shell.folder / "page.html").read_text()


def test_without_a_browser_it_is_said_where_the_page_is(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    loaded(shell)
    assert shell("report", "mine", "--open").errors == [
        f"no browser opens here; the page is {shell.state}/jobs/mine/report.html"
    ]


# rejects and retry


@pytest.mark.parametrize("make", [loaded, elsewhere])
def test_rejects_are_fetched_mended_and_loaded_again(shell: Shell, make: Callable[..., str]) -> None:
    job = make(shell, BAD)
    said = shell("rejects", job)
    assert said.out == "rejects.csv\n"
    file = shell.folder / "rejects.csv"
    file.write_text(file.read_text().replace("b,x", "b,2"))
    again = shell("retry", job, "--mended", "rejects.csv", "--json")
    assert again.code == Exit.DONE
    assert again.json["rows"]["written"] == 1
    world = shell.here if make is loaded else shell.deployed.fakes
    assert world.items["b",]["n"] == {"N": "2"}


def test_rejects_go_into_the_file_that_is_named(shell: Shell) -> None:
    loaded(shell, BAD)
    assert shell("rejects", "mine", "other.csv", "--json").json == {"job": "mine", "rejects": "other.csv"}
    assert "'x' is not a number" in (shell.folder / "other.csv").read_text()


def test_of_a_job_without_rejects_there_are_none(shell: Shell) -> None:
    loaded(shell)
    assert shell("rejects", "mine").err == "job 'mine' has no rejects\n"
    assert shell("rejects", "mine", "--json").json == {"job": "mine", "rejects": None}
    said = shell("retry", "mine")
    assert said.code == Exit.NOT_STARTED
    assert said.errors == ["headrace: retry: job 'mine' has no rejects"]


def test_what_was_given_up_is_retried_as_it_is(shell: Shell) -> None:
    for call in range(1, 6):
        shell.here.tables.faults.on("write", call, HeadraceError("odd"))
    loaded(shell)
    assert not shell.here.items
    shell.here.tables.faults = Faults()
    assert shell("retry", "mine").code == Exit.DONE
    assert len(shell.here.items) == 2


def test_a_folder_that_is_not_there_is_told_in_one_line(shell: Shell) -> None:
    loaded(shell, BAD)
    said = shell("rejects", "mine", "nowhere/rejects.csv")
    assert said.code == Exit.NOT_STARTED
    assert said.errors == ["headrace: nowhere/rejects.csv: No such file or directory"]


def test_a_retry_that_is_detached_prints_the_jobs_name(shell: Shell) -> None:
    elsewhere(shell, BAD)
    said = shell("retry", "theirs", "--detach")
    assert (said.code, said.err) == (Exit.DONE, "")
    assert said.out.startswith("load-orders-")
    assert shell("status", said.out.strip(), "--json").json["status"] == "RUNNING"


# cancel and resume


def test_a_job_is_cancelled_and_goes_on_when_it_is_resumed(shell: Shell) -> None:
    job = held(shell)
    said = shell("cancel", job)
    assert said.code == Exit.DONE
    assert said.out == "job 'theirs' stops as soon as its functions look; what is left of it can be resumed\n"
    assert shell("follow", job).code == Exit.FAILED
    assert shell("status", job).out.startswith("CANCELLED")
    resumed = shell("resume", job)
    assert resumed.code == Exit.DONE
    assert resumed.errors[0] == "started theirs"
    assert "2 rows read = 2 written" in resumed.out


def test_a_resumption_that_is_detached_is_not_waited_for(shell: Shell) -> None:
    job = held(shell)
    shell("cancel", job)
    shell("follow", job)
    assert shell("resume", job, "--detach", "--json").json == {"job": job}


def test_a_job_of_another_process_is_cancelled(shell: Shell) -> None:
    """The other process looks at the ledger."""
    loaded(shell)
    with JobLocks(shell.state / "locks").hold("mine"):
        assert shell("cancel", "mine", "--json").json["job"] == "mine"
        assert shell("resume", "mine").code == Exit.NOT_STARTED


@pytest.mark.parametrize("make", [loaded, elsewhere])
def test_a_job_that_has_ended_is_not_cancelled(shell: Shell, make: Callable[..., str]) -> None:
    said = shell("cancel", make(shell))
    assert said.code == Exit.USAGE
    assert "has ended; nothing of it is running" in said.err
