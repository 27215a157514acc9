"""What can be set about an algorithm: forms, the API and the command are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from segmentation.engine.bad_settings import BadSettings


@dataclass(frozen=True)
class Parameter:
    """One thing that can be set, with the values it may take."""

    name: str
    label: str
    help: str  # one sentence for whoever sets it
    kind: Literal["whole", "number", "choice"]
    default: Any  # None = found from the data
    lowest: float | None = None  # None = no bound
    highest: float | None = None
    above: bool = False  # the lowest value itself is excluded
    choices: tuple[tuple[str, str], ...] = ()  # (value, label), for kind "choice"

    def check(self, value: Any) -> Any:
        """The value as an int, a float or a choice; numbers may come as text.

        None stands for "found from the data" where that is the default. Raises BadSettings.
        """
        if value is None and self.default is None:
            return None
        return self._choice(value) if self.kind == "choice" else self._number(value)

    def _choice(self, value: Any) -> str:
        known = [choice for choice, _ in self.choices]
        if value not in known:
            raise BadSettings(f"{self.label}: choose one of {', '.join(known)}, not “{value}”.")
        return str(value)

    def _number(self, value: Any) -> int | float:
        number = _as_number(value)
        if number is None or not self._allows(number):
            found = " or leave it out" if self.default is None else ""
            raise BadSettings(f"{self.label}: give {self._allowed()}{found}, not “{value}”.")
        return int(number) if self.kind == "whole" else number

    def _allows(self, number: float) -> bool:
        if self.kind == "whole" and not number.is_integer():
            return False
        if self.lowest is not None and (number < self.lowest or self._is_excluded(number)):
            return False
        return self.highest is None or number <= self.highest

    def _is_excluded(self, number: float) -> bool:
        return self.above and number == self.lowest

    def _allowed(self) -> str:
        """a whole number from 1 to 100"""
        words = ["a whole number" if self.kind == "whole" else "a number"]
        if self.lowest is not None:
            words.append(f"{'above' if self.above else 'from'} {self.lowest:g}")
        if self.highest is not None:
            words.append(f"{'up ' if self.above or self.lowest is None else ''}to {self.highest:g}")
        elif self.lowest is not None and not self.above:
            words.append("up")
        return " ".join(words)


def checked(parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter with its value: the one given, of the right type, or the default.

    Raises BadSettings for a value that is not allowed and for a name that is not known.
    """
    known = [parameter.name for parameter in parameters]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise BadSettings(
            f"There is no setting “{unknown[0]}”. Known ones: {', '.join(known) or 'none'}."
        )
    return {
        parameter.name: parameter.check(given.get(parameter.name, parameter.default))
        for parameter in parameters
    }


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
