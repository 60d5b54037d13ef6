"""TensorFlow is left out until it is needed; each test in a Python of its own, or in a fork of a shared one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts._env import ROOT, child_environment
from scripts.setup import early_line

INSTALL = "from rasa_ext.without_tensorflow import install; install(); install()\n"
TELL = "\nimport sys; print('tensorflow' in sys.modules)"
COUNT = "\nimport sys; print(sum(hasattr(f, 'leaves_out_tensorflow') for f in sys.meta_path))"
RECIPE = "from rasa.engine.recipes.default_recipe import DefaultV1Recipe as R\n"


def run(code: str, *arguments: str, **settings: str) -> list[str]:
    """Runs code; returns the lines that it prints."""
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
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


def test_it_can_be_switched_off() -> None:
    """Then Rasa imports it, as ever."""
    assert run(f"{INSTALL}import rasa.core.run{TELL}", STRIA_TENSORFLOW="on") == ["True"]


@pytest.mark.parametrize("settings", [{"STRIA_TENSORFLOW": "on"}, {"STRIA_HARDENING": "off"}])
def test_each_switch_leaves_the_imports_alone(settings: dict[str, str]) -> None:
    """Nobody then stands between Rasa and what it imports."""
    assert run(INSTALL + COUNT, **settings) == ["0"]


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


#: What is left behind after a look-up.
LEFT = """
from rasa_ext.without_tensorflow import _StandIn
import sys
print([m for m in sys.modules for v in list(vars(sys.modules[m]).values()) if isinstance(v, _StandIn)])
from rasa.graph_components.validators import default_recipe_validator as v
from rasa.nlu.classifiers.diet_classifier import DIETClassifier as D
print(v.DIETClassifier is D, D.__mro__[1].__name__)
"""
#: Rasa is imported once, without TensorFlow; each way then starts from there in a process of its own.
FORKS = """
import json, os, sys
print('tensorflow' in sys.modules, flush=True)
for way, code in json.loads(sys.argv[1]):
    print(way, flush=True)
    child = os.fork()
    if not child:
        exec(code)
        sys.stdout.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, way
"""


@pytest.fixture(scope="module")
def looked_up() -> dict[str, list[str]]:
    """The lines that each way prints, by its name."""
    imports = "import rasa.core.run\nfrom rasa.graph_components.validators import default_recipe_validator\n"
    ways = [(way, f"{code}{LEFT}{TELL}") for way, code in LOOK_UPS.items()]
    before, *lines = run(f"{INSTALL}{imports}{RECIPE}{FORKS}", json.dumps(ways))
    assert before == "False"
    starts = [*(lines.index(way) for way in LOOK_UPS), len(lines)]
    return {way: lines[a + 1 : b] for way, a, b in zip(LOOK_UPS, starts, starts[1:], strict=False)}


@pytest.mark.parametrize("way", LOOK_UPS)
def test_whoever_needs_it_gets_it(looked_up: dict[str, list[str]], way: str) -> None:
    """By whatever way; and then all stand-ins are gone, wherever they were."""
    lines = looked_up[way]
    assert "StandIn" not in lines[0]
    assert lines[1:] == ["[]", "True GraphComponent", "True"]


def test_plain_rasa_has_it_from_the_environment(tmp_path: Path) -> None:
    """The line that `make setup` leaves works wherever one is, and when the project is gone."""
    code = f"{early_line(ROOT)}import rasa.core.run{TELL}"
    assert run(f"import os; os.chdir({str(tmp_path)!r})\n{code}") == ["False"]
    assert run(f"{early_line(tmp_path)}print('fine')") == ["fine"]


def test_it_is_there_once() -> None:
    """When both the environment and a command install it, one of them does the work."""
    assert run(early_line(ROOT) + INSTALL + COUNT) == ["1"]
