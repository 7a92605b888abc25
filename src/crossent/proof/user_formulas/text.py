"""A loss that a user writes as text: `log(1 + exp(-y*z))`.

Text is parsed, checked node by node (`formula_grammar`) and computed by walking the tree (`formula_walk`); it never
reaches an evaluator. Which variable is the target and which the prediction follows from its name or its domain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crossent import errors
from crossent.proof.language.named_loss import NamedLoss, Setting
from crossent.proof.user_formulas.grammar import Parsed, parse
from crossent.proof.user_formulas.walk import evaluate

# What a variable may be: words for messages. `unit` is a probability, or a target that may be soft.
DOMAINS = {
    "real": "a real number",
    "positive": "a number > 0",
    "unit": "a number in [0, 1]",
    "binary": "0 or 1",
    "sign": "-1 or +1",
    "count": "a count",
}
TARGETS = ("y", "q", "t", "k")
PREDICTIONS = ("p", "z", "m", "mu", "eta")
_USUAL = {"p": "unit", "z": "real", "q": "unit", "k": "count"}  # domains that nobody has to be asked for
_ONLY_TARGETS = ("binary", "sign", "count")
# (domain of the target, domain of the prediction) -> kind of target, coordinate of the prediction, soft targets too
_PAIRS = {
    ("unit", "unit"): ("binary", "bernoulli.probs", True),
    ("unit", "real"): ("binary", "bernoulli.logits", True),
    ("binary", "unit"): ("binary", "bernoulli.probs", False),
    ("binary", "real"): ("binary", "bernoulli.logits", False),
    ("sign", "unit"): ("sign", "bernoulli.probs", False),
    ("sign", "real"): ("sign", "bernoulli.logits", False),
    ("real", "real"): ("real", "location", True),
    ("count", "positive"): ("count", "rate", True),
    ("count", "real"): ("count", "log_rate", True),
    ("positive", "positive"): ("positive", "rate", True),
    ("positive", "real"): ("positive", "log_rate", True),
}
_NAME = re.compile(r"[A-Za-z_][\w.:-]*(\(\s*\w+\s*=(?!=).*\)|\(\s*\))?", re.DOTALL)


def read(text: str, variables: Mapping[str, Any]) -> Any:
    """The formula as a SymPy expression in these symbols; numbers are exact.

    >>> from sympy import Symbol
    >>> read("log(1 + exp(-y*z))/0.5", {"y": Symbol("y"), "z": Symbol("z")})
    2*log(1 + exp(-y*z))
    """
    import sympy

    parsed = parse(text)
    for name in parsed.variables:
        if name not in variables:
            column = re.search(rf"\b{name}\b", parsed.text).start() + 1  # type: ignore[union-attr]
            raise errors.formula_name_unknown(parsed.text, column, name, variables, function=False)
    return sympy.sympify(evaluate(parsed, {name: variables[name] for name in parsed.variables} or {"": sympy.S.One}))


def is_formula(text: str) -> bool:
    """Whether a text is meant as a formula: not a name such as `bce`, `focal(gamma=2)` or `torch.nn.L1Loss()`."""
    return _NAME.fullmatch(text.strip()) is None


def as_loss(text: str, domains: Mapping[str, str] | None = None) -> NamedLoss:
    """The loss that a formula of a target and a prediction is.

    The target is called y, q, t or k, the prediction p, z, m, mu or eta; a variable whose domain is `binary`, `sign`
    or `count` is a target under any name. All others are parameters, held fixed in a proof. p is a probability and
    z a real score; with p, a target without a domain may be soft. Any other variable needs its domain.

    >>> loss = as_loss("log(1 + exp(-y*z))", {"y": "sign"})
    >>> loss.target, loss.prediction
    ('sign', 'bernoulli.logits')
    """
    parsed = parse(text)
    given = dict(domains or {})
    _check_domains(given, parsed)
    target = _role("target", parsed, given, TARGETS)
    prediction = _role("prediction", parsed, given, PREDICTIONS, other_than=target)
    known = _known_domains(parsed, given, target, prediction)
    pair = (known[target], known[prediction])
    if pair not in _PAIRS:
        pairs = [f"{left} with {right}" for left, right in _PAIRS]
        raise errors.target_and_prediction_do_not_fit(DOMAINS[pair[0]], DOMAINS[pair[1]], pairs)
    kind, coordinate, soft = _PAIRS[pair]
    held = tuple(name for name in parsed.variables if name not in (target, prediction))
    _try(parsed)

    def formula(y: Any, p: Any, **settings: Any) -> Any:
        return evaluate(parsed, {target: y, prediction: p} | settings)

    return NamedLoss(
        name=parsed.text,
        formula=formula,
        target=kind,
        prediction=coordinate,
        settings=tuple(Setting(name, name, known[name]) for name in held),
        soft=soft,
        arguments=(target, prediction),
        checked=True,
        doc="as written",
    )


def sides(left: Any, right: Any, domains: Mapping[str, str]) -> tuple[Any, Any]:
    """Two losses as `prove` takes them: text that is a formula is read. A domain must be that of one of its variables.

    Everything else is handed on as it came.
    """
    formulas = {text: parse(text).variables for text in (left, right) if isinstance(text, str) and is_formula(text)}
    variables = [name for names in formulas.values() for name in names]
    for name in domains:
        if name not in variables:
            raise errors.domain_of_no_variable(name, variables)

    def loss(side: Any) -> Any:
        if not isinstance(side, str) or side not in formulas:
            return side
        return as_loss(side, {name: domain for name, domain in domains.items() if name in formulas[side]})

    return loss(left), loss(right)


def domains_of(pairs: list[str]) -> dict[str, str]:
    """`["y=sign"]` as a dictionary."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, domain = (part.strip() for part in pair.partition("="))
        if not (name.isidentifier() and equals and domain in DOMAINS) or name in found:
            raise errors.domain_unclear(pair, DOMAINS)
        found[name] = domain
    return found


def _check_domains(given: dict[str, str], parsed: Parsed) -> None:
    for name, domain in given.items():
        if domain not in DOMAINS:
            raise errors.domain_unclear("=".join((name, str(domain))), DOMAINS)
        if name not in parsed.variables:
            raise errors.domain_of_no_variable(name, parsed.variables)


def _role(role: str, parsed: Parsed, given: dict[str, str], usual: tuple[str, ...], other_than: str = "") -> str:
    free = [name for name in parsed.variables if name != other_than]
    candidates = [name for name in free if name in usual]
    if role == "target":
        candidates = [name for name in free if given.get(name) in _ONLY_TARGETS] or candidates
    elif not candidates and len(free) == 1:
        candidates = free
    if len(candidates) != 1:
        raise errors.roles_unclear(role, candidates or [], " or ".join(usual))
    return candidates[0]


def _known_domains(parsed: Parsed, given: dict[str, str], target: str, prediction: str) -> dict[str, str]:
    known = {name: _USUAL[name] for name in parsed.variables if name in _USUAL} | given
    if target not in known and known.get(prediction) == "unit":
        known[target] = "unit"
    missing = [name for name in parsed.variables if name not in known]
    if missing:
        why = "0 or 1 (binary), or -1 or +1 (sign)" if target in missing and known.get(prediction) == "real" else ""
        raise errors.variable_without_domain(missing, DOMAINS, why)
    return known


def _try(parsed: Parsed) -> None:
    """What cannot be built from symbols is refused here, not in the middle of a proof."""
    from sympy import Symbol

    evaluate(parsed, {name: Symbol(name, real=True) for name in parsed.variables})
