"""A fit as people read it: a table for the terminal, a table for the notebook, pictures, and a page with all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossent.fitting.result import Fit
    from crossent.report.fits.picture import Picture


def text_of(fit: Fit, width: int = 80) -> str:
    """What the terminal shows."""
    from crossent.report.fits.layout import laid_out
    from crossent.report.fits.lines import summary_of

    return laid_out(summary_of(fit), width)


def html_of(fit: Fit) -> str:
    """What a notebook shows."""
    from crossent.report.fits.page import fragment_of

    return fragment_of(fit)


def picture_of(fit: Fit, data: Any = None) -> Picture:
    """The coefficients with their intervals; with (x, y), the fitted curve over them."""
    from crossent.report.fits.coefficients import coefficients_picture
    from crossent.report.fits.curve import curve_picture

    return coefficients_picture(fit) if data is None else curve_picture(fit, *data)
