"""`crossent explore`."""

from __future__ import annotations

from crossent.cli.codes import DONE, STANDARD_INPUT


def explore(*, output: str = "explore.html") -> int:
    """The argument as a page to see it on: one file that needs no network, with something to move at every step."""
    from crossent.data.whole_file import write_whole
    from crossent.report.explore.page import explore_page

    page = explore_page()
    if output == STANDARD_INPUT:  # a lone "-", which is standard output here
        print(page)
        return DONE
    write_whole(output, page)
    print(f"{output}: open it in a browser.")
    return DONE
