"""Reading files in batches: which files, which columns, and how their values become arrays of numbers or labels.

`open_source` finds the files and looks at their columns; `Source.batches` streams the columns asked for; `columns`
turns one column of a batch into numbers or labels. Polars is imported when the first file is opened, not before.
"""

from crossent.data.source import Batch, Source, open_source

__all__ = ["Batch", "Source", "open_source"]
