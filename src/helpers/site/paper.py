"""What a page says on paper beside what it says on a screen: the line at the foot of each sheet."""

import re
import unicodedata
from collections.abc import Sequence


def foot(parts: Sequence[str]) -> str:
    """Return the style that puts a line at the foot of every printed sheet of a page.

    The line's parts come from data: letters and digits stay, everything else is written as its code, so
    that no text of theirs can end the string, the style or the element.
    """
    line = " · ".join(" ".join(part.split()) for part in parts if part.strip())
    return f':root {{ --paper-foot: "{_string(line)}"; }}\n'


def _string(text: str) -> str:
    # Signs that are not seen have no place on a sheet; among them are those that turn the writing round.
    seen = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return re.sub(r"[^\w ]", lambda sign: f"\\{ord(sign.group()):x} ", seen)
