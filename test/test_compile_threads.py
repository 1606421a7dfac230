"""Programs on several threads give the bits of one thread, in memory that is guarded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

import qfin
from qfin.kernels.parallel import PARALLEL_FOR
from qfin.pipeline import to_level

from .case_targets import case_targets, seeds_of
from .compiled import compiled, run, same_bits
from .random_modules import RandomModule
from .test_compile_binary import BinaryModule
from .test_compile_cat import JoinModule
from .test_compile_conv3d import RandomConvs3d
from .test_compile_convs import RandomConvs
from .test_compile_depthwise import DepthwiseModule
from .test_compile_dynamic import DynamicModule
from .test_compile_matmul import MatmulModule
from .test_compile_movement import MovementModule
from .test_compile_norm import NormModule
from .test_compile_pooling import PoolingModule
from .test_compile_residual import ResidualModule
from .test_compile_softmax import SoftmaxModule
from .test_compile_unary import UnaryModule
from .test_compile_upsample import UpsampleModule

MODULES: tuple[type[RandomModule], ...] = (
    *(RandomModule, BinaryModule, DepthwiseModule, JoinModule, MatmulModule, MovementModule),
    *(NormModule, PoolingModule, RandomConvs, RandomConvs3d, ResidualModule, SoftmaxModule),
    *(UnaryModule, UpsampleModule),
)
KINDS: dict[str, Callable[[int], RandomModule | DynamicModule]] = {
    **{kind.__name__: partial(kind, chains=1) for kind in MODULES},
    "DynamicModule": DynamicModule,
}
CALLS = 3


@pytest.mark.parametrize("kind", KINDS)
@seeds_of(len(KINDS) * CALLS * len(case_targets()))
def test_random_module(kind: str, seed: int) -> None:
    """On fewer threads than there are rows, and on more."""
    case, threads = KINDS[kind](1000 + seed), (3, 2, 7, 64)[seed % 4]
    module = qfin.finalize(qfin.parse(case.text))
    calls = [case.arrays() for _ in range(CALLS)]
    wants = [qfin.interpret(module, arrays) for arrays in calls]
    for target in case_targets():
        program = compiled(module, target, threads)
        assert program.threads == threads
        for arrays, want in zip(calls, wants, strict=True):
            wrong = same_bits(run(program, arrays), want)
            assert not wrong, f"{target}, {threads} threads, results {wrong} of:\n{case.text}"


# Each op is worth several threads.
LARGE = """
!q = !quant.uniform<u8:f32, 0.5:3>
func.func @main(%x: tensor<2x64x100x40x!q>) -> tensor<2x64x100x40xf32> {
  %0 = nn.relu %x : tensor<2x64x100x40x!q>
  %1 = quant.dcast %0 : tensor<2x64x100x40x!q> to tensor<2x64x100x40xf32>
  func.return %1 : tensor<2x64x100x40xf32>
}
"""
SMALL = LARGE.replace("2x64x100x40", "2x2")


def calls_the_pool(program: qfin.Program) -> bool:
    return PARALLEL_FOR in program.llvm_ir


def test_what_is_worth_it_is_parallel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QFIN_NUM_THREADS", raising=False)
    assert not calls_the_pool(qfin.compile(LARGE))
    assert qfin.compile(LARGE).threads == 1
    assert calls_the_pool(qfin.compile(LARGE, threads=2))
    assert not calls_the_pool(qfin.compile(SMALL, threads=2))
    monkeypatch.setenv("QFIN_NUM_THREADS", "2")
    assert calls_the_pool(qfin.compile(LARGE))
    assert qfin.compile(LARGE).threads == 2
    assert not calls_the_pool(qfin.compile(LARGE, threads=1))


def test_programs_of_several_python_threads() -> None:
    """They share the pool, and each gets its own results."""
    programs = [qfin.compile(LARGE, threads=threads) for threads in (2, 4)]
    rng = np.random.default_rng(0)
    wrong: list[int] = []

    def work(index: int) -> None:
        program = programs[index % 2]
        x = inputs[index]
        want = np.maximum(x.astype(np.int64) - 3, 0) * np.float32(0.5)
        wrong.extend(index for _ in range(100) if not np.array_equal(program(x), want))

    inputs = [rng.integers(0, 256, (2, 64, 100, 40), np.uint8) for _ in range(4)]
    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("level", ["kernels", "llvm"])
def test_a_lowered_module_keeps_its_threads(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = to_level(qfin.parse(LARGE), level, threads=2)
    monkeypatch.setenv("QFIN_NUM_THREADS", "5")  # a default contradicts nothing
    assert qfin.compile(module).threads == 2
    assert qfin.compile(module, threads=2).threads == 2
    with pytest.raises(qfin.Error, match="is lowered for threads=2 already, not for 3"):
        qfin.compile(module, threads=3)


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5", "65"])
def test_bad_environment(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QFIN_NUM_THREADS", given)
    with pytest.raises(qfin.InputError, match=r"QFIN_NUM_THREADS must be .*, not '?" + given):
        qfin.compile(SMALL)
