# SPDX-License-Identifier: Apache-2.0
"""Files that record what a person sees; tests/golden/README.md describes them."""
import difflib
import os
import pathlib

from .harness import WORKDIR

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "golden"
UPDATE = os.environ.get("CS_GOLDEN_UPDATE") == "1"


def difference(name, text):
    """How `text` differs from tests/golden/NAME, or "". What was seen stays in WORKDIR/golden, from where
    it can be copied: the repository is read-only here. With CS_GOLDEN_UPDATE=1 only what is seen twice in
    one run can differ."""
    seen = WORKDIR / "golden" / name
    path = seen if UPDATE else GOLDEN / name
    wanted = path.read_text(encoding="utf-8") if path.exists() else ""
    seen.parent.mkdir(parents=True, exist_ok=True)
    seen.write_text(text, encoding="utf-8")
    if text == wanted or (UPDATE and not wanted):
        return ""
    return "\n".join(difflib.unified_diff(wanted.splitlines(), text.splitlines(), f"golden/{name}", "seen",
                                          lineterm=""))
