"""What there is: `crossent families` and `crossent doctor`."""

from __future__ import annotations

from crossent.cli.codes import DONE


def families(*, json: bool = False) -> int:
    """The families there are: their parameters, their targets, and what each gives."""
    from crossent.report.families import print_families

    print_families(json)
    return DONE


def doctor(*, json: bool = False) -> int:
    """What this installation is made of: versions, the cache of kernels, threads, the processor's instructions."""
    from crossent.report.doctor import print_doctor

    print_doctor(json)
    return DONE
