"""Models on disk: what is read is what was written, or an error that says what is wrong; nothing in a file can run."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fit_models import learned, table

import crossent as ce
from crossent.fitting.storage import LearnedModel, load_model
from crossent.fitting.storage.document import SCHEMA, checksum

TABLE = table()
MODELS = {
    "bernoulli": ("yes", {"features": ["x", "region"], "family": "bernoulli"}),
    "label": ("word", {"formula": "x * region + log(z)", "family": "bernoulli", "positive": "good"}),
    "probit": ("yes", {"features": ["x"], "family": "bernoulli", "link": "cloglog"}),
    "binomial": ("successes", {"features": ["x"], "family": "binomial", "trials": "trials"}),
    "categorical": ("kind", {"features": ["x", "z"], "family": "categorical"}),
    "poisson": ("count", {"features": ["x"], "family": "poisson", "exposure": "z"}),
    "negative_binomial": ("spread", {"features": ["x"], "family": "negative_binomial"}),
    "held": ("spread", {"features": ["x"], "family": "negative_binomial", "known": {"log_concentration": 0.0}}),
    "normal": ("number", {"formula": "poly(x, 2) + z", "family": "normal"}),
}


@pytest.fixture(scope="module")
def models():
    return {name: learned(TABLE, target, **options) for name, (target, options) in MODELS.items()}


def leaves(value, path=()):
    """Every place of a document."""
    if isinstance(value, dict):
        return [place for key in value for place in leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [place for k, item in enumerate(value) for place in leaves(item, (*path, k))]
    return [path]


def put(document, path, value):
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


@pytest.mark.parametrize("name", MODELS)
def test_what_is_read_predicts_the_same_bits(models, tmp_path, name):
    model, file = models[name], tmp_path / "model.json"
    model.save(file)
    again = ce.load_model(file)
    for quantity in ("mean", "raw", "interval"):
        assert np.array_equal(model.predict(TABLE, quantity=quantity), again.predict(TABLE, quantity=quantity))
    assert again.to_dict() == model.to_dict()
    assert (again.family, again.n, again.roles, again.notes) == (model.family, model.n, model.roles, model.notes)
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == file.read_bytes()


def test_infinite_and_undetermined_coefficients_survive(models, tmp_path):
    from dataclasses import replace

    model = models["bernoulli"]
    coefficients, covariance = model.coefficients.copy(), model.covariance.copy()
    coefficients[1], coefficients[2] = math.inf, math.nan
    covariance[1:3], covariance[:, 1:3] = math.nan, math.nan
    changed = replace(model, coefficients=coefficients, covariance=covariance)
    changed.save(tmp_path / "m.json")
    again = load_model(tmp_path / "m.json")
    assert np.array_equal(again.coefficients, coefficients, equal_nan=True)
    assert np.array_equal(again.covariance, covariance, equal_nan=True)
    assert '"inf"' in (tmp_path / "m.json").read_text()


def test_every_changed_value_is_noticed(models, tmp_path):
    file = tmp_path / "model.json"
    models["label"].save(file)
    document = json.loads(file.read_text())
    places = leaves(document)
    assert len(places) > 60
    for path in places:
        changed = json.loads(file.read_text())
        value = changed
        for key in path:
            value = value[key]
        put(
            changed,
            path,
            7
            if isinstance(value, str) or value is None
            else "x"
            if not isinstance(value, float)
            else value * (1 + 2**-50),
        )
        (tmp_path / "changed.json").write_text(json.dumps(changed))
        with pytest.raises(ce.errors.DataError):
            load_model(tmp_path / "changed.json")


def test_every_value_of_a_wrong_type_is_named_even_with_a_good_checksum(models, tmp_path):
    """The checksum guards against accidents, not against somebody who computes it anew: then the fields are checked."""
    file = tmp_path / "model.json"
    models["categorical"].save(file)
    wrong = 0
    for path in leaves(json.loads(file.read_text())):
        if path[0] in ("schema", "checksum"):
            continue
        for value in ({"a": 1}, [[1]], True, -3, "x" * 100):
            changed = json.loads(file.read_text())
            put(changed, path, value)
            del changed["checksum"]
            changed["checksum"] = checksum(changed)
            (tmp_path / "changed.json").write_text(json.dumps(changed))
            try:
                load_model(tmp_path / "changed.json").predict(TABLE)
            except ce.errors.CrossentError:
                wrong += 1
    assert wrong > 150


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family", "Cauchy"), ("link", "probit?"), ("classes", ["one"]), ("coefficients", [1.0]), ("names", ["a"]),
        ("covariance", [[1.0]]), ("intercept", "yes"), ("n", None), ("known", {"log_scale": "x"}), ("notes", [1]),
        ("columns", {"secret": "x"}), ("degrees_of_freedom", "many"), ("crossent", 3), ("design", 3),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(models, tmp_path, field, value):
    models["categorical"].save(tmp_path / "model.json")
    changed = json.loads((tmp_path / "model.json").read_text())
    changed[field] = value
    del changed["checksum"]
    changed["checksum"] = checksum(changed)
    (tmp_path / "model.json").write_text(json.dumps(changed))
    with pytest.raises(ce.errors.DataError) as caught:
        load_model(tmp_path / "model.json")
    assert field in str(caught.value)
    assert "model.json" in str(caught.value)


def test_a_missing_field_is_named(models, tmp_path):
    models["poisson"].save(tmp_path / "model.json")
    whole = json.loads((tmp_path / "model.json").read_text())
    assert len(whole) > 15
    for field in whole.keys() - {"schema", "checksum"}:
        changed = {key: value for key, value in whole.items() if key not in (field, "checksum")}
        changed["checksum"] = checksum(changed)
        (tmp_path / "changed.json").write_text(json.dumps(changed))
        with pytest.raises(ce.errors.CrossentError, match=field):
            load_model(tmp_path / "changed.json").predict(TABLE)


def test_a_file_that_was_cut_off_is_no_model(models, tmp_path):
    models["normal"].save(tmp_path / "model.json")
    whole = (tmp_path / "model.json").read_bytes()
    cut = tmp_path / "cut.json"
    for length in [*range(0, len(whole) - 2, 97), len(whole) - 2]:
        cut.write_bytes(whole[:length])
        with pytest.raises(ce.errors.DataError, match="one whole JSON document"):
            load_model(cut)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "no object"), ("{}", "schema"), ('{"schema": "crossent/model/2"}', "crossent/model/2.*another version"),
        ('{"schema": "crossent/fit/1"}', "crossent/fit/1"), ('{"a": NaN}', "NaN"), ('{"a": 1, "a": 2}', "twice"),
        ("[" * 100_000, "document"), ('{"a": "\ud800"}', "document"), ("\x00", "document"),
        (f'{{"schema": "{SCHEMA}"}}', "changed"),
    ],
)  # fmt: skip
def test_other_files_are_refused_in_words(tmp_path, text, words):
    file = tmp_path / "x.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ce.errors.DataError, match=f"(?s){words}"):
        load_model(file)


def test_a_model_that_is_not_there_and_a_place_that_cannot_be_written(models, tmp_path):
    with pytest.raises(ce.errors.UsageError, match="cannot be read"):
        load_model(tmp_path / "none.json")
    with pytest.raises(ce.errors.UsageError, match="cannot be read"):
        load_model(tmp_path)
    with pytest.raises(ce.errors.UsageError, match="can be written"):
        models["normal"].save(tmp_path / "none" / "model.json")
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_predictors_keeps_its_estimates():
    from fit_results import logistic

    from crossent.fitting.result import Coefficient
    from crossent.fitting.storage.document import Fields

    parameters = (Coefficient("loc", 1.5, 0.1, ci95=(1.3, 1.7)), Coefficient("scale", 0.5, 0.1, ci95=(0.4, 0.7)))
    fit = logistic(family="Normal", link=None, parameters=parameters, columns={"target": "y"})
    model = LearnedModel.from_dict(Fields("m", fit.learned.to_dict()))
    assert model.predict(3).tolist() == [1.5, 1.5, 1.5]
    assert model.predict(1, quantity="interval").tolist() == [[1.3], [1.7]]
    assert model.predict(1, quantity="raw").tolist() == [[1.5, math.log(0.5)]]
    shares = tuple(Coefficient(f"probs:{c}", p) for c, p in (("a", 0.25), ("b", 0.75)))
    classes = logistic(family="Categorical", link=None, parameters=shares).learned
    assert classes.classes == ("a", "b")
    assert classes.predict(2).tolist() == [[0.25, 0.75]] * 2


def test_pickle_is_nowhere_in_the_package():
    package = Path(ce.__file__).parent
    word = re.compile(r"^\s*(import|from)\s+(pickle|cPickle|_pickle|dill|cloudpickle|joblib|marshal|shelve)\b", re.M)
    files = list(package.rglob("*.py"))
    assert len(files) > 100
    assert [file for file in files if word.search(file.read_text(encoding="utf-8"))] == []
    assert [file for file in files if "allow_pickle=True" in file.read_text(encoding="utf-8")] == []


def test_nothing_is_unpickled_or_evaluated_while_a_model_is_read_and_predicts(models, tmp_path):
    models["label"].save(tmp_path / "model.json")
    program = f"""
import sys
import numpy as np
import crossent as ce
from crossent.fitting.design import reading, stored, tables  # their own imports are no part of reading a model
x = dict(x=[0.5, 1.0], z=[1.0, 2.0], region=["north", "south"])
events = []
model = ce.load_model({str(tmp_path / "model.json")!r})
model.predict(x)  # kernels are compiled once
sys.addaudithook(lambda name, details: events.append(name))
model = ce.load_model({str(tmp_path / "model.json")!r})
model.predict(x)
model.save({str(tmp_path / "again.json")!r})
bad = [e for e in events if e.startswith(("pickle", "marshal", "exec", "compile", "subprocess", "socket", "import"))]
print(sorted(set(bad)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
