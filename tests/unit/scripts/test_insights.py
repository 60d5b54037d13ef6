"""`make insights` and `make topic`: what they print and write, and one line for each mistake."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from clinic import database
from clinic.insights import store
from clinic.insights.groups import Group, Ranked
from clinic.insights.store import Question
from scripts import insights, topic
from scripts._env import CommandError, child_environment
from scripts._insights_plot import draw

BICYCLES = [
    "is there somewhere to leave my bicycle",
    "where can i leave a bicycle",
    "may i leave my bicycle inside",
]


@pytest.fixture
def clinic_db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a group of questions, and counts."""
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    monkeypatch.setenv(database.URL, url)
    database.close()
    day = store.day_of(time.time())
    store.add(
        {(day, store.MESSAGES, "web"): 7, (day, store.ANSWERS, "unclear"): 3},
        [Question(day, "unclear", "", text) for text in BICYCLES],
    )
    return url


def run(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command, from another folder."""
    return subprocess.run(
        [sys.executable, "-m", f"scripts.{command}"],
        cwd=folder, env=child_environment(variables), capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


def test_report_page_and_picture(clinic_db: str, tmp_path: Path) -> None:
    """All of it, readable by their owner alone; a second time it is written over."""
    out = tmp_path / "new" / "report"
    for _ in range(2):
        done = run("insights", tmp_path, STRIA_CLINIC_DB=clinic_db, WEEKS="2", OUT=str(out))
        assert (done.returncode, done.stderr) == (0, "")
    assert "Questions without an answer" in done.stdout
    assert "bicycle" in done.stdout
    assert f"Written: {out / 'insights.html'}" in done.stdout
    html = (out / "insights.html").read_text(encoding="utf-8")
    assert "bicycle" in html
    assert 'src="data:image/png;base64,' in html
    assert (out / "insights.png").read_bytes().startswith(b"\x89PNG")
    assert {p.stat().st_mode & 0o777 for p in out.iterdir()} == {0o600}
    assert out.stat().st_mode & 0o777 == 0o700


def test_an_empty_database(tmp_path: Path) -> None:
    """Is told as such, and no error."""
    done = run("insights", tmp_path, STRIA_CLINIC_DB=f"sqlite:///{tmp_path / 'none.db'}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "There is none yet." in done.stdout


@pytest.mark.parametrize(
    ("command", "variables", "error"),
    [
        ("insights", {"WEEKS": "0"}, "WEEKS has to be a number from 1 to 520, such as WEEKS=3"),
        ("insights", {"WEEKS": "9" * 5000}, "WEEKS has to be a number from 1 to 520, such as WEEKS=3"),
        ("insights", {"WEEKS": "²"}, "WEEKS has to be a number from 1 to 520, such as WEEKS=3"),
        ("insights", {"STRIA_CLINIC_DB": "sqlite:////"}, "the clinic's database can't be read"),
        ("insights", {"STRIA_CLINIC_DB": "nonsense"}, "the clinic's database can't be read"),
        ("topic", {}, "GROUP has to be a number from 1 to 5000, such as GROUP=3"),
        ("topic", {"GROUP": "-1", "NAME": "bicycles"}, "GROUP has to be a number"),
        ("topic", {"GROUP": "1"}, "NAME has to be small letters"),
        ("topic", {"GROUP": "1", "NAME": "bicycles", "KIND": "x"}, "KIND has to be not_in_document or faq"),
        ("topic", {"GROUP": "1", "NAME": "price"}, "there is a topic price already. Choose another NAME"),
    ],
)
def test_mistakes(tmp_path: Path, command: str, variables: dict[str, str], error: str) -> None:
    """One line, with the remedy."""
    done = run(command, tmp_path, **{"STRIA_CLINIC_DB": f"sqlite:///{tmp_path / 'c.db'}", **variables})
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {error}")
    assert done.stderr.count("\n") == 1


def test_a_folder_that_can_t_be_written(tmp_path: Path) -> None:
    """A file has its name."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    figures, found = insights.report.added(["2026-11-23"], {}), Ranked((), 0, 0)
    with pytest.raises(CommandError, match=r"can't be written .*; name another folder"):
        insights.write(tmp_path / "file", figures, found)


def test_without_matplotlib(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is a page, without a picture."""
    monkeypatch.setitem(sys.modules, "scripts._insights_plot", None)
    paths = insights.write(tmp_path, insights.report.added(["2026-11-23"], {}), Ranked((), 0, 0))
    assert [p.name for p in paths] == ["insights.html"]
    assert "<img" not in paths[0].read_text(encoding="utf-8")
    assert "Matplotlib is not installed" in capsys.readouterr().out


def test_choosing_a_group() -> None:
    """By its number; what is not there is told with how many there are."""
    group = Group(1, "a", 3, 1.0, "x", "y")
    assert topic.chosen(Ranked((group,), 0, 3), 1) == group
    with pytest.raises(CommandError, match="no group 2; make insights lists 1"):
        topic.chosen(Ranked((group,), 0, 3), 2)
    with pytest.raises(CommandError, match="there are no groups yet"):
        topic.chosen(Ranked((), 2, 2), 1)


def test_a_part_of_a_topic() -> None:
    """Its examples stand in the old topic as well; that is said."""
    group = Group(1, "a", 3, 1.0, "x", "y", "visit", part=True)
    assert "taken for not_in_document/visit until now" in topic.overlap(group)


def test_the_picture_shows_groups() -> None:
    """The foremost ones, with their questions as they are; without any there is no panel."""
    figures = insights.report.added(["2026-11-23"], {})
    labels = ["is it $5 or $50", "x" * 300, "can i bring a …", r"\\frac{a}{b}"]
    shown = tuple(
        Group(n, label, 9 - n, 1.0, "x", "y", "price" * (n % 2)) for n, label in enumerate(labels, 1)
    )
    many = tuple(Group(n, "how loud is it", 3, 1.0, "x", "y") for n in range(1, 40))
    heights = []
    for groups in ((), shown, many[:12], many):
        picture = draw(figures, Ranked(groups, 0, 0))
        assert picture == draw(figures, Ranked(groups, 0, 0))
        heights.append(int.from_bytes(picture[20:24], "big"))
    assert heights[0] < heights[1] < heights[2] == heights[3]
