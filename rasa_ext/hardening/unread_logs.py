"""Nothing is prepared for log lines that nobody reads.

Stock Rasa copies events, slots and states deeply for each of its DEBUG lines, whether they are
written or not, and compares the whole domain with an empty one that it makes anew for each message.
"""

from __future__ import annotations

import copy
import logging
from functools import lru_cache
from typing import Any

from rasa.core import processor
from rasa.core.actions import forms
from rasa.core.policies import rule_policy
from rasa.shared.core.domain import Domain

#: In these, `copy` is used for such lines alone.
_MODULES = (processor, forms, rule_policy)
_of_rasa = logging.getLogger("rasa")


class _Copies:
    """Stands in for the module `copy`."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        """Return a copy when somebody might read it, else the value itself."""
        return copy.deepcopy(value) if _of_rasa.isEnabledFor(logging.DEBUG) else value


@lru_cache(maxsize=1)
def _nothing() -> dict[str, Any]:
    return Domain.empty().as_dict()


def _is_empty(self: Domain) -> bool:
    """Tell whether the domain is empty."""
    return self.as_dict() == _nothing()


def install() -> None:
    """Replace `copy` in three modules of Rasa, and Domain.is_empty."""
    for module in _MODULES:
        module.copy = _Copies  # type: ignore[attr-defined]
    Domain.is_empty = _is_empty  # type: ignore[method-assign]
