"""What `iid` found as people read it: text for the terminal, a table for the notebook, pictures, a page with all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossent.independence.results import Iid


def text_of(found: Iid, width: int = 80) -> str:
    """What the terminal shows."""
    from crossent.report.iid.layout import laid_out
    from crossent.report.iid.lines import summary_of

    return laid_out(summary_of(found), width)


def html_of(found: Iid) -> str:
    """What a notebook shows."""
    from crossent.report.iid.page import fragment_of

    return fragment_of(found)
