"""Errors say what must hold, what came, where and what to do, and carry these pieces."""

import inspect
import pickle

import pytest

from crossent import errors


def test_the_message_names_family_rule_count_place_and_value():
    error = errors.target_outside_support("poisson", "a count (0, 1, 2, ...)", (17,), -1.0, 3, 10_000)
    expected = "poisson: target must be a count (0, 1, 2, ...); 3 of 10,000 values are not, first target[17] = -1.0."
    assert expected == error.message
    assert str(error).startswith(f"{expected}\nHint: ")


def test_an_error_carries_its_pieces():
    error = errors.target_outside_support("poisson", "a count", (17,), -1.0, 3, 10_000)
    assert error.index == (17,)
    assert (error.value, error.bad, error.total) == (-1.0, 3, 10_000)
    assert error.argument == "target"
    with pytest.raises(AttributeError):
        _ = error.no_such_piece


def test_an_error_survives_pickling():
    error = errors.weight_invalid((3,), -1.0, 1, 4)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(error), str(error), error.pieces) == (type(copy), str(copy), copy.pieces)


@pytest.mark.parametrize(
    ("kind", "python"),
    [
        (errors.DataError, ValueError),
        (errors.UsageError, ValueError),
        (errors.UsageTypeError, TypeError),
        (errors.NoAnswerError, ValueError),
    ],
)
def test_every_error_is_a_crossent_error_and_one_of_pythons(kind, python):
    assert issubclass(kind, errors.CrossentError)
    assert issubclass(kind, python)


def test_one_value_is_singular():
    assert errors.of_many(1, 1) == "1 of 1 value is not"
    assert errors.of_many(2, 1000) == "2 of 1,000 values are not"


def test_a_place_in_a_batch_of_several_axes():
    assert errors.at("probs", (3, 2)) == "probs[3, 2]"
    assert errors.at("target", ()) == "target"


def test_unknown_names_list_what_exists():
    error = errors.unknown_family("poison", ["Bernoulli", "poisson"])
    assert "Did you mean poisson?" in str(error)
    assert "Known: Bernoulli, poisson." in str(error)


def test_every_class_of_error_has_a_docstring():
    classes = [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and value.__module__.startswith(errors.__name__)
    ]
    assert len(classes) >= 6
    assert all(kind.__doc__ for kind in classes)
