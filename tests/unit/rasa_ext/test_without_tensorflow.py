"""TensorFlow is left out until it is needed; each test in a Python of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts._env import ROOT, child_environment
from scripts.setup import early_line

INSTALL = "from rasa_ext.without_tensorflow import install; install(); install()\n"
TELL = "\nimport sys; print('tensorflow' in sys.modules)"
RECIPE = "from rasa.engine.recipes.default_recipe import DefaultV1Recipe as R\n"


def run(code: str, **settings: str) -> list[str]:
    """Runs code; returns the lines that it prints."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=child_environment(settings), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def test_rasas_server_training_and_tests_do_without() -> None:
    """Also with all components of the recipe known, and those of this project."""
    imports = "import rasa.core.run, rasa.model_training, rasa.core.test, rasa.nlu.test, rasa_ext.nlu\n"
    code = f"{INSTALL}{imports}{RECIPE}print(R._from_registry('RulePolicy').clazz.__name__){TELL}"
    assert run(code) == ["RulePolicy", "False"]


@pytest.mark.parametrize("settings", [{"STRIA_TENSORFLOW": "on"}, {"STRIA_HARDENING": "off"}])
def test_it_can_be_switched_off(settings: dict[str, str]) -> None:
    """Then Rasa imports it, as ever."""
    assert run(f"{INSTALL}import rasa.core.run{TELL}", **settings) == ["True"]


LOOK_UPS = {
    "a name in config.yml": "print(R._from_registry('DIETClassifier').clazz)",
    "a path in config.yml": "print(R._from_registry('rasa.core.policies.ted_policy.TEDPolicy').clazz)",
    "a model": "from rasa.shared.utils.common import class_from_module_path as c\n"
    "print(c('rasa.nlu.selectors.response_selector.ResponseSelector'))",
    "an attribute": "from rasa.nlu.classifiers.diet_classifier import DIETClassifier as D\n"
    "print(D.get_default_config()['epochs'])",
    "a constant": "from rasa.core.policies.ted_policy import E2E_CONFIDENCE_THRESHOLD as t\nprint(t)",
    "a call": "from rasa.utils.train_utils import RasaTrainingLogger\nprint(RasaTrainingLogger(1, True))",
}


@pytest.mark.parametrize("way", LOOK_UPS)
def test_whoever_needs_it_gets_it(way: str) -> None:
    """By whatever way; and then all stand-ins are gone, wherever they were."""
    left = (
        "\nfrom rasa_ext.without_tensorflow import _StandIn\nimport sys\n"
        "print([m for m in sys.modules for v in list(vars(sys.modules[m]).values()) if isinstance(v, _StandIn)])"
        "\nfrom rasa.graph_components.validators import default_recipe_validator as v\n"
        "from rasa.nlu.classifiers.diet_classifier import DIETClassifier as D\n"
        "print(v.DIETClassifier is D, D.__mro__[1].__name__)"
    )
    imports = "import rasa.core.run\nfrom rasa.graph_components.validators import default_recipe_validator\n"
    lines = run(f"{INSTALL}{imports}{RECIPE}{LOOK_UPS[way]}{left}{TELL}")
    assert "StandIn" not in lines[0]
    assert lines[1:] == ["[]", "True GraphComponent", "True"]


def test_plain_rasa_has_it_from_the_environment(tmp_path: Path) -> None:
    """The line that `make setup` leaves works wherever one is, and when the project is gone."""
    code = f"{early_line(ROOT)}import rasa.core.run{TELL}"
    assert run(f"import os; os.chdir({str(tmp_path)!r})\n{code}") == ["False"]
    assert run(f"{early_line(tmp_path)}print('fine')") == ["fine"]


def test_it_is_there_once() -> None:
    """When both the environment and a command install it, one of them does the work."""
    count = "\nimport sys; print(sum(hasattr(f, 'leaves_out_tensorflow') for f in sys.meta_path))"
    assert run(early_line(ROOT) + INSTALL + count) == ["1"]
