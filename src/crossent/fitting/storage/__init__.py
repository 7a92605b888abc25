"""Learned models: as JSON without anything that can run, and what they predict, from arrays and from files."""

from crossent.fitting.storage.learned import LearnedModel, load_model

__all__ = ["LearnedModel", "load_model"]
