"""Reads the training data once, and what a project takes from its base.

Named under `importers:` in config.yml, so every `rasa` command uses it.
"""

from __future__ import annotations

import gc
from pathlib import Path

from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml

from assistant import locales
from assistant.datafiles import DataFileError, base_dir, content_files, find, project_dir
from assistant.domains import foreign_items, merged, with_languages
from rasa_ext.hardening import install

install()

# What was imported stays; looking through it again and again costs a training a second of CPU.
gc.freeze()


#: The folders of data/ that Rasa reads.
_FOLDERS = ("nlu", "responses", "rules", "stories")


def _base(folder: Path) -> Path:
    """Return the base of the project in `folder`, which has to be the one that the library reads."""
    if folder.resolve() != project_dir().resolve():
        raise RasaException(f"config.yml has a base: set STRIA_PROJECT to its folder, {folder.resolve()}")
    try:
        base = base_dir()
    except DataFileError as error:
        raise RasaException(str(error)) from None
    if base is None:
        raise RasaException("config.yml has a base, and STRIA_DATA names a folder that is complete in itself")
    return base


class SharedDataImporter(RasaFileImporter):
    """Rasa's own file importer, which remembers the NLU data.

    Stock Rasa asks for them with and without naming the language, caches the two apart, and so
    parses every file twice: 4 of 49 CPU seconds of a training.

    A project with a `base`, the folder of another project, also gets that one's files of data/ that it
    has no file of the same name for, and the entries of its domain that it does not declare itself
    (assistant.datafiles, assistant.domains).
    """

    _nlu_data: TrainingData | None = None

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
        base: str | None = None,
    ):
        """Take Rasa's arguments and `base` of config.yml, which is relative to that file.

        Raises:
            RasaException: the base is no project, or is not the one that the library reads.
        """
        self._base: Path | None = None
        if base is not None and config_file is not None:
            self._base = _base(Path(config_file).parent)
            own = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths
            lent = (find(name) for folder in _FOLDERS for name in content_files(folder))
            others = [str(path) for path in lent if self._base in path.parents]
            training_data_paths = [*(own or ()), *others]
        super().__init__(config_file, domain_path, training_data_paths)

    def get_domain(self) -> Domain:
        """Return the domain, filled from the base's, with the responses of all languages."""
        domain = self._filled_domain()
        try:
            return Domain.from_dict(with_languages(domain.as_dict())) if locales.codes() else domain
        except DataFileError as error:
            raise RasaException(str(error)) from None

    def _filled_domain(self) -> Domain:
        if self._base is None or self._domain_path is None:
            return super().get_domain()
        own, lent = (
            read_yaml(Path(p).read_text("utf-8")) for p in (self._domain_path, self._base / "domain.yml")
        )
        return Domain.from_dict(merged(own, lent, foreign_items(self._base)))

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the training data; the files tell their language to nobody, so there is one set."""
        if self._nlu_data is None:
            self._nlu_data = super().get_nlu_data(language)
        return self._nlu_data
