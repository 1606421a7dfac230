"""Calls past ctypes: which arrays they take, and what the code then gets."""

from __future__ import annotations

import ctypes
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qfin import target
from qfin.runtime import direct
from qfin.runtime.direct import MOST_ARRAYS, direct_call
from qfin.runtime.memory import address_of
from qfin.runtime.spec import TensorSpec

pytestmark = pytest.mark.skipif(not target.host_target_names(), reason="no target of ours")

Array = NDArray[Any]

CONSTANTS = 4096
ARENA = np.zeros(8, np.uint8)
FLAT = TensorSpec("flat", (2, 3), np.dtype(np.float32))
IMAGE = TensorSpec("image", (1, 3, 4, 5), np.dtype(np.int8), None, True, (1, 2, 0, 1))
SCALAR = TensorSpec("scalar", (), np.dtype(np.int8))


class Code:
    """In place of machine code: keeps the addresses that it is called with."""

    def __init__(self, count: int):
        self.seen: list[tuple[int, ...]] = []
        kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * count)
        self._function = kind(lambda *addresses: self.seen.append(addresses))
        self.address = ctypes.cast(self._function, ctypes.c_void_p).value or 0


def test_the_code_gets_addresses() -> None:
    code = Code(6)
    call = direct_call([FLAT, IMAGE, SCALAR], [IMAGE], code.address, CONSTANTS)
    assert call is not None
    x, image, s, y = FLAT.zeros(), IMAGE.zeros(), SCALAR.zeros(), IMAGE.empty()
    assert call(x, image, s, y, ARENA) is True
    before = IMAGE.bytes_before
    places = address_of(x), address_of(image) - before, address_of(s), address_of(y) - before
    assert code.seen == [(*places, address_of(ARENA), CONSTANTS)]


def test_as_many_arrays_as_there_are_pointers() -> None:
    inputs, outputs = [SCALAR] * (MOST_ARRAYS - 1), [SCALAR]
    code = Code(MOST_ARRAYS + 2)
    call = direct_call(inputs, outputs, code.address, CONSTANTS)
    assert call is not None
    arrays = [SCALAR.zeros() for _ in range(MOST_ARRAYS)]
    assert call(*arrays, ARENA)
    assert code.seen == [(*map(address_of, arrays), address_of(ARENA), CONSTANTS)]
    assert direct_call([*inputs, SCALAR], outputs, code.address, CONSTANTS) is None


class Other(np.ndarray[Any, Any]):
    """No plain array."""


def test_what_is_not_taken() -> None:
    code = Code(4)
    call = direct_call([FLAT], [SCALAR], code.address, CONSTANTS)
    assert call is not None
    x, y = FLAT.zeros(), SCALAR.empty()
    for other in (
        *(None, 3, [x], "text", Other, x.view(Other)),
        *(x.view(np.int32), x.astype(">f4"), x[:1], x.reshape(-1), x.reshape(3, 2), x[None]),
        *(x.T.copy().T, x[::-1], np.zeros((2, 6), np.float32)[:, ::2]),
    ):
        assert call(other, y, ARENA) is False
    assert call() is False
    assert call(x, y) is False
    assert call(x, x, y, ARENA) is False
    assert not code.seen
    assert call(x, y, ARENA) is True


def test_only_what_fits_is_taken() -> None:
    """Random views of memory that may be too short, or begin too late."""
    rng = random.Random(4)
    code = Code(4)
    call = direct_call([IMAGE], [SCALAR], code.address, CONSTANTS)
    assert call is not None
    y, needed, taken = SCALAR.empty(), IMAGE.bytes_in_all, 0
    for _ in range(400):
        size = needed + rng.choice((-1, 0, 0, 5))
        kind = rng.choice((np.int8, np.uint8, np.uint8, np.int16))
        memory = np.zeros(size + 12, np.uint8)
        root = memory[: size // 2 * 2].view(kind) if rng.random() < 0.7 else np.zeros(size, kind)
        if rng.random() < 0.2:
            root = root[::-1]
        if rng.random() < 0.3:
            root = root.reshape(1, -1)[0][1:]
        start = IMAGE.bytes_before + rng.choice((-1, 0, 0, 1))
        try:
            x = np.ndarray(IMAGE.shape, IMAGE.dtype, root, start, IMAGE.strides)
        except (ValueError, TypeError):  # it does not even hold the elements
            continue
        took = call(x, y, ARENA)
        taken += took
        assert not took or IMAGE.fits(x)
        assert took or not IMAGE.fits(x) or kind is np.int16 or not root.flags.c_contiguous
    assert 20 < taken == len(code.seen)


def test_unknown_layouts_take_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "_layout_is_known", lambda: False)
    assert direct_call([FLAT], [], 0, 0) is None


FIRST_CALLS = """
import ctypes, gc, threading
import numpy as np
import qfin

TEXT = '''
func.func @main(%x: tensor<{n}xf32>) -> tensor<{n}xf32> {{
  %y = nn.relu %x : tensor<{n}xf32>
  func.return %y : tensor<{n}xf32>
}}
'''
programs = {}
barrier = threading.Barrier(4)

def compile(n):
    barrier.wait()
    programs[n] = qfin.compile(TEXT.format(n=n), cache=False)

threads = [threading.Thread(target=compile, args=(n,)) for n in range(16, 20)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
gc.collect()
freed = [ctypes.create_string_buffer(b"A" * 32, 32) for _ in range(5000)]
for n, program in programs.items():
    assert (program(np.full(n, -1, np.float32)) == 0).all()
print(len(programs))
"""


def test_programs_that_are_the_first_of_several_threads() -> None:
    """All of their functions point to one method, which outlives them."""
    done = subprocess.run([sys.executable, "-c", FIRST_CALLS], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "4"), done.stderr
