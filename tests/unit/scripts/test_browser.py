"""The browser tests find Chromium, or say how to get one."""

from pathlib import Path

import pytest

from scripts import browser
from scripts._env import CommandError

SAYS = "Chromium 150.0.1 built on Debian"


def program(folder: Path, name: str, says: str = SAYS, status: int = 0) -> str:
    """Makes a program that says something and ends with a status."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def no_playwright(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Playwright has fetched nothing, and nothing is set."""
    monkeypatch.setattr(browser, "_of_playwright", lambda: str(tmp_path / "none" / "chrome"))
    monkeypatch.delenv(browser.SETTING, raising=False)


def test_the_first_that_starts(tmp_path: Path) -> None:
    """A file that only tells how to install one, or is another program, is passed over."""
    program(tmp_path, "chromium", "requires the chromium snap to be installed", 1)
    program(tmp_path, "chromium-browser", "hello")
    found = program(tmp_path, "google-chrome", "Google Chrome 150.0")
    assert browser.find_browser({"PATH": str(tmp_path)}) == found
    assert browser.version_of(found) == "Google Chrome 150.0"


def test_order(tmp_path: Path) -> None:
    """Chromium goes before Chrome, and what was named before both."""
    chromium = program(tmp_path, "chromium")
    program(tmp_path, "google-chrome", "Google Chrome 150.0")
    mine = program(tmp_path, "mine")
    assert browser.find_browser({"PATH": str(tmp_path)}) == chromium
    assert browser.find_browser({"PATH": str(tmp_path), "STRIA_CHROMIUM": f" {mine} "}) == mine


def test_playwrights_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last resort."""
    found = program(tmp_path, "fetched")
    monkeypatch.setattr(browser, "_of_playwright", lambda: found)
    assert browser.find_browser({"PATH": str(tmp_path)}) == found


def test_a_wrong_name() -> None:
    """The variable is not silently passed over."""
    with pytest.raises(CommandError, match="STRIA_CHROMIUM=/no/such is no Chromium that starts"):
        browser.find_browser({"PATH": "", "STRIA_CHROMIUM": "/no/such"})


def test_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the remedy."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match=r"apt install chromium.*STRIA_CHROMIUM"):
        browser.need_browser()


class TestInstall:
    @pytest.fixture
    def root(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A machine with apt-get, and the right to use it."""
        program(tmp_path, "apt-get")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("os.geteuid", lambda: 0)

    def test_as_root(self, root: None) -> None:
        """The lists first, then the package."""
        ran: list[list[str]] = []
        browser.install(lambda command: ran.append(command) or 0)
        assert [command[1] for command in ran] == ["update", "install"]
        assert ran[1][-1] == "chromium"

    @pytest.mark.parametrize("failing", ["update", "install"])
    def test_failure(self, root: None, failing: str) -> None:
        """Says which command failed, and what else can be done."""
        with pytest.raises(CommandError, match=f"'apt-get {failing} .*' failed.*STRIA_CHROMIUM"):
            browser.install(lambda command: int(command[1] == failing))

    def test_as_somebody_else(self, root: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is tried that needs a password."""
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        with pytest.raises(CommandError, match="apt install chromium"):
            browser.install(lambda command: pytest.fail(str(command)))

    def test_without_apt(self, root: None, tmp_path: Path) -> None:
        """Another system says the same line."""
        (tmp_path / "apt-get").unlink()
        with pytest.raises(CommandError, match="there is no Chromium"):
            browser.install(lambda command: pytest.fail(str(command)))

    def test_main(
        self, root: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Installs once, then says what the tests use."""
        monkeypatch.setattr(browser, "_run", lambda command: bool(program(tmp_path, "chromium")) - 1)
        assert browser.main() == 0
        assert capsys.readouterr().out.endswith(f"The browser tests use {SAYS}.\n")

    def test_what_a_failed_command_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Is shown; otherwise nothing is."""
        assert browser._run([program(tmp_path, "good")]) == 0
        assert capsys.readouterr().out == ""
        assert browser._run([program(tmp_path, "bad", "no space left", 100)]) == 100
        assert capsys.readouterr().out == "no space left\n"
