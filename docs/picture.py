"""Draws docs/one_loss.svg: the binary formula is the general one with two classes. Needs matplotlib.

    python docs/picture.py

The curves are `crossent`'s Bernoulli loss, the dots its Categorical loss of the same predictions.
"""

from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
import numpy as np

import crossent as ce

INK, YES, NO = "#1f2933", "#0b6e99", "#b8540d"


def main() -> None:
    plt.rcParams.update(
        {"font.family": "sans-serif", "font.size": 11, "svg.fonttype": "path", "svg.hashsalt": "crossent"}
    )
    curve = np.linspace(0.004, 0.996, 400)
    dots = np.linspace(0.05, 0.95, 13)
    pairs = np.stack([1 - dots, dots], axis=-1)
    figure, axes = plt.subplots(figsize=(7.2, 3.4), layout="constrained")
    for happened, colour, words in ((1, YES, "it happened"), (0, NO, "it did not")):
        binary = ce.cross_entropy(np.full(curve.shape, happened), ce.Bernoulli(probs=curve), reduction="none")
        general = ce.cross_entropy(np.full(dots.shape, happened), ce.Categorical(probs=pairs), reduction="none")
        axes.plot(curve, binary, color=colour, linewidth=2, label=f"binary cross-entropy, {words}")
        axes.plot(dots, general, "o", color=colour, markersize=6, markerfacecolor="white", markeredgewidth=1.6,
                  label=f"cross-entropy over two classes, {words}")  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 4.2), xlabel="predicted probability that it happens", ylabel="loss (nats)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, loc="upper center")
    axes.tick_params(colors=INK)
    figure.savefig(Path(__file__).with_name("one_loss.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
