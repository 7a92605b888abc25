"""A fit as text: what a statistician expects in its place, never wider than asked for, nothing left out."""

import math
import re

import pytest
from fit_results import LONG_NAME, coefficient, logistic, separated

from crossent.fitting.result import Coefficient
from crossent.report.fits import html_of, text_of
from crossent.report.fits.digits import Precision, shown_coefficient, shown_p
from crossent.report.fits.layout import aligned, coefficient_table
from crossent.report.fits.lines import summary_of
from crossent.report.fits.words import warnings_of


def test_the_whole_text():
    fit = logistic(parameters=(coefficient("Intercept", -5.3, 1.068), coefficient("age", 0.1109, 0.02401)), counted=2)
    assert fit.summary() == text_of(fit) == str(fit) == repr(fit)
    assert (
        fit.summary()
        == """\
Bernoulli, logit link: target diagnosis, positive malignant

           estimate  std. error      z   P>|z|    95 % interval
Intercept  -5.300       1.068    -4.96  0.0123  -7.393    -3.207
age         0.11090     0.02401   4.62  0.0123   0.06384   0.15796

rows              569             12 left out: a value is missing
log-likelihood    -45.123         null -375.72
cross-entropy     0.0793023 nats  0.114409 bits; null 0.660316 nats
  out of sample   0.0831 nats, 95 % interval 0.063 to 0.103; 10 folds
deviance          90.246          null 751.44, D2 0.879903
AIC               100.246         2 parameters counted
BIC               121.96
standard errors   model-based, from the curvature of the likelihood; normal
solution          converged in 7 iterations, within 1e-06 standard errors of the
                  maximum; condition number 310
separation        none found
likelihood ratio  661.2           4 degrees of freedom, P = 1.0e-140

likelihood ratio: against the intercept alone
12 rows were left out: a value is missing.
out of sample: the average risk of the folds' models."""
    )


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("fit", [logistic(), separated()], ids=["logistic", "separated"])
def test_no_line_is_wider_than_asked_for(fit, width):
    lines = fit.summary(width).splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_every_coefficient_and_number_is_there_at_any_width():
    for width in (60, 80, 120):
        text = logistic().summary(width)
        folded = re.sub(r"\s+", "", text)
        assert LONG_NAME.split()[0] in text
        for name in ("Intercept", "mean radius", "site[T.left]", "income"):
            assert name.replace(" ", "") in folded


def test_points_stand_below_each_other():
    summary = summary_of(logistic(parameters=(coefficient("a", 12.5, 1.0), coefficient("b", -0.25, 0.01))))
    lines = coefficient_table(summary, 80)
    places = [[m.start() for m in re.finditer(r"\.", line)] for line in lines[1:]]
    assert places[0] == places[1]
    assert aligned(["1.25", "-10.5", "7", "inf"]) == ["  1.25", "-10.5 ", "  7   ", "   inf"]


@pytest.mark.parametrize(
    ("estimate", "error", "shown"),
    [
        (0.83412345, 0.2113456, ("0.8341", "0.2113")),
        (-27.5347, 3.4512, ("-27.535", "3.451")),
        (123456.7, 1034.2, ("123457", "1034")),
        (1.2341e-5, 3.1e-6, ("1.2341e-05", "3.100e-06")),
        (0.0, 0.5, ("0.0000", "0.5000")),
        (1e-12, 0.5, ("0.0000", "0.5000")),
        (1.5e9, 2.5e4, ("1.50000000e+09", "2.500e+04")),
        (1e300, 1e290, ("1.0000000000000e+300", "1.000e+290")),
    ],
)
def test_estimate_and_error_end_at_the_same_digit(estimate, error, shown):
    assert shown_coefficient(Coefficient("a", estimate, error), Precision())[:2] == shown


def test_what_is_undefined_is_said_not_made_up():
    nothing = shown_coefficient(Coefficient("a", None), Precision())
    assert nothing == ("undetermined", "-", "-", "-", "-", "-")
    infinite = shown_coefficient(Coefficient("a", math.inf), Precision())
    assert infinite == ("inf", "-", "-", "-", "-", "-")
    one_end = shown_coefficient(Coefficient("probs", 0.0, None, ci95=(0.0, 0.0123)), Precision())
    assert one_end[0] == "0.000000"
    assert one_end[4:] == ("0.000000", "0.012300")
    assert [shown_p(p) for p in (None, 1.0, 0.0499, 0.001, 9.9e-4, 1e-320)] == [
        "-", "1.0000", "0.0499", "0.0010", "9.9e-04", "<1e-300",
    ]  # fmt: skip


def test_separation_in_plain_words():
    text = " ".join(separated().summary().split())
    for words in (
        "quasi-complete: the predictors tell the outcomes of some rows apart.",
        "It grows without end towards Intercept = -inf, dose = +inf.",
        "Undetermined, many values are as good: age.",
        "Finite nevertheless: Intercept + 2*dose.",
        "The sum of the losses comes as near as you like to 3.2 nats.",
        "Ways out: --ridge 1 shrinks the coefficients; leave dose out.",
        "Intercept, dose, age: the predictors separate the outcomes",
    ):
        assert words in text
    assert warnings_of(separated())[0].startswith("separation, quasi-complete")
    assert warnings_of(logistic()) == []


def test_what_goes_with_other_errors():
    clustered = logistic(errors="cluster", clusters=12, degrees_of_freedom=11)
    assert "clustered, 12 clusters; t with 11 degrees of freedom" in " ".join(clustered.summary().split())
    assert "P>|t|" in clustered.summary()
    assert any("12 clusters are few" in told for told in warnings_of(clustered))
    assert "sandwich" in logistic(errors="sandwich").summary()
    collinear = logistic(certificate=type(logistic().certificate)(1e-10, 1e-10, 1e-3, 1e12))
    assert any("nearly collinear" in told for told in warnings_of(collinear))


def test_without_predictors_there_is_no_word_of_separation():
    fit = logistic(link=None, entropy=0.6, certificate=None, iterations=0, deviance=None)
    assert "separation" not in fit.summary()
    assert "of the values as they are; biased low" in fit.summary()
    assert "solution" in fit.summary()
    assert "closed form" in fit.summary()


def test_control_characters_do_not_reach_the_terminal():
    name = "\x1b[31mred\u202e"
    fit = logistic(parameters=(coefficient(name, 1.0, 0.1),), notes=(name,), columns={"target": name})
    text = fit.summary()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31mred" in text


def test_the_notebook_has_the_same_numbers():
    html = logistic()._repr_html_()
    assert html == html_of(logistic())
    cells = re.findall(r"<td>([^<]*)</td>", html)
    assert "0.8341" in [cell.strip() for cell in cells]
    assert len(re.findall(r'<th scope="row">', html)) == 5 + len(summary_of(logistic()).lines)


def test_progress_counts_passes_and_is_silent_where_nobody_looks(monkeypatch, capsys):
    import io
    import sys

    from crossent.report.progress import fit_progress

    with fit_progress() as progress:
        assert progress is None  # standard error is no terminal here
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    with fit_progress() as progress:
        for rows in (65_536, 131_072, 65_536, 131_072):
            progress(rows)
        progress(131_072, iteration=7, loss=0.25)
        assert (progress.passes, progress.before) == (2, 131_072)
    assert "pass 7  loss 0.25 nats" in terminal.getvalue()
    assert "131,072 rows" in terminal.getvalue()
