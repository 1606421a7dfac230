"""Dense kernels on AMX matrices, emulated, and on hardware where there is some: the bits of the
reference, as on other targets."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from qfin.kernels.dense import DenseSpec, build_dense, choose_tile, weight_block
from qfin.passes.lower.convert_kernels_to_llvm import KernelsToLLVMPass
from qfin.target import TARGETS, host_target_names, resolve
from qfin.target.codegen import load, to_llvm_ir

from ..case_targets import seeds_of
from .amx import EMULATED, as_calls, define_amx
from .test_dense import make_case, make_spec, run, split

pytestmark = pytest.mark.skipif(
    "avx512-vnni" not in host_target_names(), reason="the rest is AVX512-VNNI"
)


def matrix_spec(rng: random.Random) -> DenseSpec:
    """Any spec with a run of at least 64 products, and the tile that is chosen for it."""
    spec = replace(
        make_spec(rng, EMULATED),
        x_signed=False,
        in_channels=rng.choice([62, 64, 64, 65, 100, 128, 132]),
        out_w=rng.choice([1, 3, 7, 14, 16, 17, 28, 33, 40]),
        out_h=rng.choice([1, 2, 3]),
        batch=1 if rng.random() < 0.7 else 2,
    )
    vectors = weight_block(spec.out_channels, EMULATED) // EMULATED.lanes
    tile = choose_tile(spec.out_h, spec.out_w, vectors, 64, 64, EMULATED, matrix=True)
    assert tile.matrix
    return replace(spec, tile=tile)


@seeds_of(8)
def test_random(seed: int):
    """Whole and in pieces; each call configures once and releases."""
    rng = random.Random(seed)
    case = make_case(rng, matrix_spec(rng), extreme=seed % 5 == 0)
    assert case.spec.fills_matrix
    module = ModuleOp([build_dense("kernel", case.spec, EMULATED)])
    module.verify()
    KernelsToLLVMPass().apply(Context(), module)
    llvm_ir, size = to_llvm_ir(module, EMULATED), case.spec.parallel_size(EMULATED)
    if "amx-int8" in host_target_names():
        run(load(llvm_ir, resolve("amx-int8")), case, EMULATED, [(0, size)])
    amx = define_amx()
    code = load(as_calls(llvm_ir), TARGETS["avx512-vnni"])
    run(code, case, EMULATED, [(0, size)])
    assert amx.products
    run(code, case, EMULATED, split(rng, size))
    assert not amx.faults
    assert amx.shapes is None
