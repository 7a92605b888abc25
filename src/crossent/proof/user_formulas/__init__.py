"""Formulas that users type: read through a whitelist, never evaluated as code."""
