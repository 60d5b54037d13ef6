"""A file of data/ that nobody reads is named; what other code looks through is its own business."""

from assistant.check import files
from assistant.check.project import Project
from assistant.datafiles import clear_caches


def test_folder_that_code_names(copy: Project) -> None:
    """Code that looks through a folder by its name reads the files there."""
    path = copy.data / "leaflets" / "a.yml"
    path.parent.mkdir()
    path.write_text("a: b\n", encoding="utf-8")
    assert ["nothing reads this file"] == [f.problem for f in files.check(copy)]
    (copy.root / "actions" / "new.py").write_text('FOLDER = "leaflets"\n', encoding="utf-8")
    clear_caches()
    assert [] == [*files.check(copy)]


def test_real_files(real: Project) -> None:
    """Each file of the project is read by somebody."""
    assert [] == [*files.check(real)]
