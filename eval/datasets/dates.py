"""Dates of the public data sets as ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime

_FORMS = ("%Y/%m/%d %H:%M", "%Y/%m/%d", "%I:%M %p on %d %B %Y", "%d %B %Y", "%B-%d-%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M")


def iso_date(text: str | None) -> str | None:
    """`text` as YYYY-MM-DD or YYYY-MM-DDTHH:MM; as it is when no known form fits (None stays None)."""
    if text is None:
        return None
    plain = " ".join(re.sub(r"\([^)]*\)|,", " ", text).split())
    try:
        return _iso(datetime.fromisoformat(plain.replace("Z", "+00:00")), "T" in plain or ":" in plain)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return _iso(datetime.strptime(plain, form), "%M" in form)
        except ValueError:
            continue
    return text


def _iso(moment: datetime, timed: bool) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M" if timed else "%Y-%m-%d")
