"""Leaves TensorFlow out until a component asks for it.

Stock Rasa imports its neural components, and TensorFlow with them, in every process, also when
config.yml names none of them: 4 of 9 seconds of a start, and most of its memory (research/nlu.md 5).
Here their modules are replaced by empty ones with classes of the same names. As soon as one of them
is used (named in config.yml or in a model, or in any other way), all real modules take their places.

It has to be installed before anything of Rasa is imported, so this module needs nothing of Rasa.
`scripts._quiet` does it for the commands of make; `make setup` leaves a line for plain `rasa` in the
environment (`scripts/setup.py`). `STRIA_TENSORFLOW=on` leaves it to Rasa.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder

# Only for the checker: this runs at the start of each Python of the environment.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType
    from typing import Any

#: The modules of Rasa that import TensorFlow and are themselves imported by others which do not need
#: it, with the classes that those take from them.
MODULES: Mapping[str, tuple[str, ...]] = {
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
_NAMES = {name for names in MODULES.values() for name in names}
_RECIPE, _COMMON = "rasa.engine.recipes.default_recipe", "rasa.shared.utils.common"


class _StandIn(type):
    """The kind of the classes that stand for the real ones; whoever uses one gets the real one."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            # Python itself asks for such, of any class.
            raise AttributeError(name)
        return getattr(_real(cls), name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return _real(cls)(*args, **kwargs)


def _real(stand_in: type) -> Any:
    restore()
    return getattr(sys.modules[stand_in.__module__], stand_in.__name__)


class _Finder:
    """Finds the empty modules, and looks out for where Rasa looks components up by name."""

    #: What it stands in for now; empty once the real ones are there.
    modules: Mapping[str, tuple[str, ...]] = MODULES
    #: By which one of another copy of this file is known.
    leaves_out_tensorflow = True

    def find_spec(self, name: str, path: Sequence[str] | None, _target: Any = None) -> ModuleSpec | None:
        if name in self.modules:
            return ModuleSpec(name, _Empty())  # type: ignore[arg-type]
        if name in (_RECIPE, _COMMON) and self.modules:
            spec = PathFinder.find_spec(name, path)
            if spec and spec.loader:
                spec.loader = _Watched(spec.loader)  # type: ignore[assignment]
            return spec
        return None


class _Empty:
    """Makes an empty module."""

    def create_module(self, _spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        for name in MODULES[module.__name__]:
            setattr(module, name, _StandIn(name, (), {"__module__": module.__name__}))

        def wanted(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            restore()
            return getattr(sys.modules[module.__name__], name)

        module.__getattr__ = wanted  # type: ignore[method-assign]


class _Watched:
    """Loads a module as it is, and has the real ones brought in when one is looked up through it."""

    def __init__(self, loader: Any):
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        if module.__name__ == _COMMON:
            module.class_from_module_path = _watch(module.class_from_module_path)  # type: ignore[attr-defined]
        else:
            recipe: Any = module.DefaultV1Recipe  # type: ignore[attr-defined]
            recipe._from_registry = staticmethod(_watch(recipe._from_registry))


def _watch(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function whose first argument is the name of a class, or the path to it."""

    def watched(path: str, *args: Any, **kwargs: Any) -> Any:
        if path.rpartition(".")[2] in _NAMES:
            restore()
        return look_up(path, *args, **kwargs)

    return watched


_finder = _Finder()


def install() -> None:
    """Stand in for the modules from now on, unless they are there already or it is not wanted."""
    off = os.environ.get("STRIA_HARDENING", "on").lower() == "off"
    if off or os.environ.get("STRIA_TENSORFLOW", "").lower() == "on":
        return
    installed = any(getattr(finder, "leaves_out_tensorflow", False) for finder in sys.meta_path)
    if not installed and not sys.modules.keys() & {*MODULES, _RECIPE, _COMMON}:
        sys.meta_path.insert(0, _finder)  # type: ignore[arg-type]


def restore() -> None:
    """Import the real modules, and put their classes wherever one stood in for them."""
    if not _finder.modules:
        return
    _finder.modules = {}
    stood_in = {
        name: sys.modules.pop(name)
        for name in MODULES
        if isinstance(getattr(getattr(sys.modules.get(name), "__spec__", None), "loader", None), _Empty)
    }
    # They need each other's stand-ins no more, so any order will do.
    for name in MODULES:
        importlib.import_module(name)
    real = {
        id(getattr(module, name)): getattr(sys.modules[path], name)
        for path, module in stood_in.items()
        for name in MODULES[path]
    }
    for module in list(sys.modules.values()):
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if isinstance(value, _StandIn) and id(value) in real:
                setattr(module, name, real[id(value)])
