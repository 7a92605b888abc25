"""`crossent explore`."""

from __future__ import annotations

from crossent.cli.codes import DONE


def explore(*, output: str = "explore.html") -> int:
    """A page to see it on: one file that works without a network, with something to move at every step."""
    from crossent.report.explore.page import explore_page
    from crossent.report.output import write_whole

    write_whole(output, explore_page())
    print(f"{output}: open it in a browser.")
    return DONE
