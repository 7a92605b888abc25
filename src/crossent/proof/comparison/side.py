"""One side of a question: a named loss with its settings and choices, read as a formula of symbols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Expr, Symbol

from crossent import errors
from crossent.families.contract import Family
from crossent.proof.language.named_loss import NamedLoss, Setting


@dataclass(frozen=True)
class Side:
    """A loss as the question names it: what is not given a number is a symbol that is held fixed."""

    text: str
    loss: NamedLoss
    given: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Expr]:
        """Each setting's number, or its symbol."""
        return {setting.name: self._value(setting) for setting in self.loss.settings}

    @property
    def held(self) -> dict[str, Symbol]:
        """The settings that stay symbols."""
        return {name: value for name, value in self.settings.items() if value.is_Symbol}

    def _value(self, setting: Setting) -> Expr:
        value = self.given.get(setting.name, setting.default)
        if value is None:
            return symbol_of(setting)
        return number(value)

    def formula(self, target: Any, prediction: Any, formula: Any = None) -> Any:
        """The loss of one row, of whatever is handed in as its target and prediction."""
        return (formula or self.loss.formula)(target, prediction, **self.settings, **self.words())

    def words(self) -> dict[str, Any]:
        """Every choice, as given or as the owner has it by default."""
        return {choice.name: self.choices.get(choice.name, choice.values[0]) for choice in self.loss.choices}

    def at(self, name: str, value: Any) -> Side:
        """The same with one setting given a number."""
        return replace(self, given={**self.given, name: value})

    def unbent(self) -> Side:
        """The same without its owner's clamp."""
        if self.loss.clamp is None:
            return self
        return replace(self, loss=replace(self.loss, formula=self.loss.clamp.inside, clamp=None))


def number(value: Any) -> Expr:
    """An exact number from a number or its decimal text."""
    if isinstance(value, str | int):
        return sympy.Rational(value)
    if isinstance(value, float):
        return sympy.Rational(repr(value))  # 0.1 means one tenth
    return sympy.sympify(value)


def symbol_of(setting: Setting) -> Symbol:
    """The letter of a setting; nonnegative ones are taken for positive, and 0 is looked at apart."""
    name = setting.symbol or setting.name
    if setting.domain == "real":
        return Symbol(name, real=True)
    return Symbol(name, positive=True)


def side(argument: str, value: Any) -> Side:
    """A side from a name, a family or a named loss."""
    if isinstance(value, Side):
        return value
    if isinstance(value, NamedLoss):
        return Side(value.name, value)
    from crossent.proof import rosetta

    if isinstance(value, Family):
        loss = rosetta.of_family(value)
        return Side(loss.name, loss)
    if isinstance(value, str):
        loss, settings, choices = rosetta.find(value)
        return Side(value, loss, settings, choices)
    raise errors.not_a_loss(argument, value)
