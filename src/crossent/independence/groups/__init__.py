"""Do rows come in groups? Intraclass correlation, the design effect, exact duplicates."""

from crossent.independence.groups.duplicates import RowHashes, duplicates_test
from crossent.independence.groups.intraclass import Anova, GroupSums, intraclass_of, intraclass_test
from crossent.independence.groups.resolution import Resolution, learn

__all__ = [
    "Anova", "GroupSums", "Resolution", "RowHashes", "duplicates_test", "intraclass_of", "intraclass_test", "learn",
]  # fmt: skip
