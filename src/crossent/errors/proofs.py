"""Proofs: what a formula must be for one, and what breaks one off."""

from __future__ import annotations

from crossent.errors.kinds import CrossentError, NoAnswerError, UsageTypeError


def not_a_loss(argument: str, value: object) -> UsageTypeError:
    return UsageTypeError(
        f"{argument} must be the name of a loss, a family or a NamedLoss; it is a {type(value).__name__}.",
        "write prove('bce', 'ce') or prove(ce.Bernoulli, 'bce').",
        argument=argument,
    )


def formula_with_float(number: str) -> NoAnswerError:
    return NoAnswerError(
        f"a formula that is to be proved must hold exact numbers; it holds the float {number}.",
        "write z*z/2, never 0.5*z*z, and the constants of crossent.vocabulary.",
        number=number,
    )


def logarithm_of_zero() -> NoAnswerError:
    return NoAnswerError(
        "a logarithm needs a number other than 0; the formula takes one of 0 in the inside of its domain."
    )


def power_of_negative(base: str) -> NoAnswerError:
    return NoAnswerError(f"a power with a broken exponent needs a base above 0; it is {base}.")


def intervals_meet(words: str, left: object, right: object) -> CrossentError:
    return CrossentError(
        f"a counterexample's intervals must have no number in common ({words}); they are {left} and {right}.",
        "you have found a bug in crossent: please report it together with this line.",
    )


def guard_failed(step: str, point: object, left: object, right: object) -> CrossentError:
    """A step that was proved symbolically does not hold in numbers: a mistake of this library, never of the user."""
    return CrossentError(
        f"both sides of the step {step!r} must agree in the exact reading; at {point} they are {left} and {right}.",
        "you have found a bug in crossent: please report it together with this line.",
        step=step,
    )
