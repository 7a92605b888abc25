"""What is to be scored: a family, which column or number each parameter is, and the names of the classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crossent import errors
from crossent.data import columns
from crossent.independence.cost.serial import SERIAL, check_serial

if TYPE_CHECKING:
    from crossent.data import Source
    from crossent.families.contract import Family, Parameterisation

SUM_TOLERANCE = 1e-3
ON_BAD = ("error", "skip")


@dataclass(frozen=True)
class Options:
    """The words of the command line (and of `score_files`), as they were given."""

    target: str
    probs: str | None = None
    logits: str | None = None
    family: str | None = None
    param: Sequence[str] = ()
    positive: str | None = None
    weight: str | None = None
    sum_tolerance: float = SUM_TOLERANCE
    on_bad: str = "error"
    cluster: str | None = None
    time: str | None = None
    serial: str | None = None
    lags: int | None = None


@dataclass(frozen=True)
class Plan:
    """Everything a batch needs to be scored. `parameters` and `fixed`: name -> a column's name, or a number."""

    family: Family
    parameterisation: Parameterisation
    target: str
    parameters: Mapping[str, str | float]
    fixed: Mapping[str, str | float] = field(default_factory=dict)
    classes: ClassNames | None = None
    weight: str | None = None
    positive: str | None = None
    sum_tolerance: float = SUM_TOLERANCE
    skip_bad: bool = False
    cluster: str | None = None
    time: str | None = None
    serial: str | None = None
    lags: int | None = None

    @property
    def given(self) -> tuple[str | float, ...]:
        """The column (or number) of every parameter, or of every class."""
        return self.classes.columns if self.classes else tuple(self.parameters.values())

    @property
    def labels(self) -> str | None:
        """The column that is read as labels, if the target is one."""
        return self.target if self.classes or self.positive is not None else None

    @property
    def columns(self) -> list[str]:
        """The columns that are read beside the labels."""
        wanted: list[str | float | None] = [*([] if self.labels else [self.target]), *self.given, *self.fixed.values()]
        wanted += [self.weight, self.cluster, self.time]
        return list(dict.fromkeys(name for name in wanted if isinstance(name, str)))

    def echo(self) -> dict[str, Any]:
        """Which column was taken for what: the `columns` of the result."""
        echo: dict[str, Any] = {"target": self.target, **self.parameters, **self.fixed}
        if self.classes:
            name = self.parameterisation.names[0]
            echo |= {name: dict(zip(self.classes.names, self.classes.columns, strict=True))}
        named = {name: getattr(self, name) for name in ("weight", "positive", "cluster", "time")}
        return echo | {name: value for name, value in named.items() if value is not None}


def make_plan(options: Options, source: Source) -> Plan:
    """The plan that the options mean for these files; every column is looked up, none is guessed."""
    if options.on_bad not in ON_BAD:
        option = "--on-bad"
        raise errors.unknown_option(option, options.on_bad, ON_BAD)
    if not 0 <= options.sum_tolerance < 1:
        raise errors.tolerance_out_of_range(options.sum_tolerance)
    source.require(options.target, "--target")
    for name in ("weight", "cluster", "time"):
        if (column := getattr(options, name)) is not None:
            source.require(column, f"--{name}")
    check_dependence(options.cluster, options.time, options.serial, options.lags)
    by_class = _class_pattern(options, source)
    if by_class:
        plan = _plan_of_classes(options, source, *by_class)
    else:
        plan = _plan_of_parameters(options, source)
    if plan.positive is not None and plan.family.name != "Bernoulli":
        raise errors.positive_not_for(plan.family.name)
    return replace(
        plan, cluster=options.cluster, time=options.time, serial=options.serial, lags=options.lags
    )  # fmt: skip


def check_dependence(cluster: Any, time: Any, serial: str | None, lags: int | None) -> None:
    """Raises unless the options say one way in which rows may depend on one another, or none."""
    if cluster is not None and time is not None:
        raise errors.dependence_named_twice()
    for option, given in (("--serial", serial), ("--lags", lags)):
        if given is not None and time is None:
            raise errors.serial_without_time(option)
    check_serial(serial or SERIAL[0], lags)


def _class_pattern(options: Options, source: Source) -> tuple[str, str] | None:
    for name in ("probs", "logits"):
        pattern = getattr(options, name)
        if pattern is not None and "*" in pattern and pattern not in source.columns:
            return name, pattern
    return None


def _plan_of_classes(options: Options, source: Source, name: str, pattern: str) -> Plan:
    from crossent.families.catalogue import find_family

    family = find_family(options.family or "categorical")
    option = f"--{name}"
    if family.name != "Categorical":
        raise errors.class_columns_not_for(option, family.name)
    if options.param or (options.probs is not None and options.logits is not None):
        raise errors.prediction_named_twice(option)
    taken = {options.target, options.weight, options.cluster, options.time}
    found = matching(option, pattern, [column for column in source.columns if column not in taken])
    for column in found.columns:
        source.require(column, option)
    return Plan(
        family, family.match((name,)), options.target, {}, classes=found, weight=options.weight,
        positive=options.positive, sum_tolerance=options.sum_tolerance, skip_bad=options.on_bad == "skip",
    )  # fmt: skip


def _plan_of_parameters(options: Options, source: Source) -> Plan:
    from crossent.families.catalogue import find_family

    given = dict(_assigned(text) for text in options.param)
    if len(given) < len(options.param):
        option = "--param"
        raise errors.parameter_named_twice(option)
    for name in ("probs", "logits"):
        if (column := getattr(options, name)) is not None:
            if name in given:
                raise errors.parameter_named_twice(name)
            given[name] = column
    if not given:
        raise errors.prediction_missing(source.columns)
    family = find_family(options.family or ("bernoulli" if given.keys() & {"probs", "logits"} else _no_family(given)))
    if family.name == "Categorical":
        raise errors.family_needs_class_columns(family.name)
    if family.classes is not None:
        raise errors.family_not_from_columns(family.name)
    parameterisation = family.match(given)
    values = {name: _column_or_number(name, given[name], source, options) for name in given}
    fixed = {p.name: values.pop(p.name) for p in family.fixed if p.name in values}
    for parameter in family.fixed:
        if parameter.name not in fixed:
            raise errors.fixed_parameter_missing(family.name, parameter.name)
    ordered = {name: values[name] for name in parameterisation.names}
    return Plan(
        family, parameterisation, options.target, ordered, fixed, weight=options.weight, positive=options.positive,
        sum_tolerance=options.sum_tolerance, skip_bad=options.on_bad == "skip",
    )  # fmt: skip


def _no_family(given: Iterable[str]) -> str:
    raise errors.family_needed(given)


def _assigned(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not (name and equals and column):
        raise errors.parameter_not_assigned(text)
    return name.strip(), column


def _column_or_number(name: str, text: str, source: Source, options: Options) -> str | float:
    """A column of that name wins; otherwise a number is a constant."""
    if text not in source.columns:
        try:
            return float(text)
        except ValueError:
            pass  # then it must be a column, and the message says which there are
    source.require(text, f"--{name}" if getattr(options, name, None) == text else f"--param {name}")
    return text


# --- classes by name --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClassNames:
    """The classes, in an order of their own (numbers by size, then text), and the column of each."""

    names: tuple[str, ...]
    columns: tuple[str, ...]

    def index(self, value: Any) -> int:
        """The class of a label: by its text, else as a number (3.0 is "3"), or as true or false; -1 if none."""
        text = columns.label_text(value)
        by_text = self._by_text
        if text in by_text:
            return by_text[text]
        number = as_number(text)
        if number is not None:
            same = [name for name in self.names if as_number(name) == number]
            if len(same) > 1:
                raise errors.label_ambiguous(text, same)
            return by_text[same[0]] if same else -1
        folded = text.lower()
        if folded in columns.TRUTH_WORDS:
            same = [name for name in self.names if name.lower() == folded]
            return by_text[same[0]] if len(same) == 1 else -1
        return -1

    @cached_property
    def _by_text(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.names)}


def as_number(text: str) -> Decimal | None:
    """The finite decimal number that the text is, exactly; None if it is none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and "_" not in text else None


def same_label(value: Any, label: str) -> bool:
    """True if a value of the file is the label: as text, or both as numbers, or both as true or false."""
    text = columns.label_text(value)
    if text == label:
        return True
    number = as_number(label)
    if number is not None:
        return as_number(text) == number
    return isinstance(value, bool) and text == label.lower()


def matching(option: str, pattern: str, names: Sequence[str]) -> ClassNames:
    """The columns that fit the pattern; the class's name is what the * stands for."""
    if pattern.count("*") != 1:
        raise errors.pattern_has_stars(option, pattern)
    head, tail = pattern.split("*")
    fits = [n for n in names if n.startswith(head) and n.endswith(tail) and len(n) >= len(head) + len(tail)]
    if len(fits) < 2:
        raise errors.pattern_matches_too_little(option, pattern, fits, names)
    by_class = {column[len(head) : len(column) - len(tail)]: column for column in fits}
    if "" in by_class:
        raise errors.class_has_no_name(option, pattern, by_class[""])
    ordered = sorted(by_class, key=_natural)
    return ClassNames(tuple(ordered), tuple(by_class[name] for name in ordered))


def _natural(name: str) -> tuple[bool, Decimal, str]:
    number = as_number(name)
    return (number is None, number if number is not None else Decimal(0), name)
