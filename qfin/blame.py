"""Which pass of a pipeline is to blame for invalid IR, and for an exception."""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp

from qfin.errors import VerifyError
from qfin.ir import verify


def verify_after(pass_name: str, module: ModuleOp) -> None:
    """Check `module`, which the pass has changed. Raises VerifyError that names the pass."""
    try:
        verify(module)
    except VerifyError as e:
        blamed = VerifyError(f"after pass '{pass_name}': {e}")
        for note in getattr(e, "__notes__", ()):
            blamed.add_note(note)
        raise blamed from e
