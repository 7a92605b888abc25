"""Scoring predictions: exact mergeable sums over rows, from arrays or from files, and what they say."""

from crossent.scoring.arrays import score
from crossent.scoring.result import Score
from crossent.scoring.run import score_files

__all__ = ["Score", "score", "score_files"]
