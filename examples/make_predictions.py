"""Made the files in this folder: predictions of two models for each of two real data sets, and one to learn from.

    python -m pip install scikit-learn polars
    python examples/make_predictions.py

tumours.csv holds the diagnoses of 569 tumours and the means of what was measured in their images: the Breast Cancer
Wisconsin (Diagnostic) data of W. Wolberg, O. Mangasarian and W. Street, UCI Machine Learning Repository (CC BY 4.0), as
scikit-learn ships them. Each row of the other files was predicted by a model that had not seen it (10 stratified folds,
seed 0).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
FOLDS = StratifiedKFold(n_splits=10, shuffle=True, random_state=0)


def out_of_fold(model, data):
    """Probabilities of all classes, a row each."""
    return cross_val_predict(model, data.data, data.target, cv=FOLDS, method="predict_proba")


def breast_cancer() -> pl.DataFrame:
    """569 tumours: the diagnosis, and the probability that it is malignant."""
    data = load_breast_cancer()
    malignant = list(data.target_names).index("malignant")
    logistic = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=1000))
    forest = RandomForestClassifier(n_estimators=200, random_state=0)
    return pl.DataFrame(
        {
            "diagnosis": [str(data.target_names[k]) for k in data.target],
            "logistic": out_of_fold(logistic, data)[:, malignant],
            "forest": out_of_fold(forest, data)[:, malignant],
        }
    )


def tumours() -> pl.DataFrame:
    """569 tumours: the diagnosis, and ten measurements, each the mean over the cell nuclei of an image."""
    data = load_breast_cancer()
    columns = {"diagnosis": [str(data.target_names[k]) for k in data.target]}
    for k, name in enumerate(data.feature_names[:10]):
        columns[str(name).removeprefix("mean ").replace(" ", "_")] = data.data[:, k]
    return pl.DataFrame(columns)


def digits() -> pl.DataFrame:
    """1,797 handwritten digits: which it is, and the probability of each."""
    data = load_digits()
    logistic = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    neighbours = KNeighborsClassifier(n_neighbors=10)
    columns = {"digit": data.target}
    for name, model in (("logistic", logistic), ("neighbours", neighbours)):
        probabilities = out_of_fold(model, data)
        columns |= {f"{name}_{k}": probabilities[:, k] for k in range(10)}
    return pl.DataFrame(columns)


if __name__ == "__main__":
    tumours().write_csv(HERE / "tumours.csv")
    for name, table in (("breast_cancer", breast_cancer()), ("digits", digits())):
        table.write_parquet(HERE / f"{name}.parquet", compression="zstd", statistics=False)
        # CSV holds what is printed: 7 significant digits, so that rows of probabilities miss 1 by a little.
        probabilities = [column for column in table.columns if table[column].dtype == pl.Float64]
        table.with_columns(pl.col(probabilities).round_sig_figs(7)).write_csv(HERE / f"{name}.csv")
