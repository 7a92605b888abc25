"""The Rosetta: named losses of textbooks, of packages and of this library, each with the formula its owner computes."""

from crossent.proof.rosetta.catalogue import ROSETTA
from crossent.proof.rosetta.families import deviance_of_family, of_family
from crossent.proof.rosetta.names import complete, find
from crossent.proof.rosetta.pieces import REDUCTIONS

__all__ = ["REDUCTIONS", "ROSETTA", "complete", "deviance_of_family", "find", "of_family"]
