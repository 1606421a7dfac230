"""Freezing before the fusion, or behind it as PyTorch does: the same module and remarks."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdsl.dialects import arith
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, ModuleOp, TensorType
from xdsl.rewriter import InsertPoint, Rewriter

import qfin
from qfin import remarks
from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, GlobalOp
from qfin.dialects.quant.casts import SCastOp
from qfin.passes.finalize.fold_globals import FoldGlobalsPass
from qfin.passes.finalize.pipeline import QuantFinalizePass

from .random_dynamic_groups import ROWS as DYNAMIC_ROWS
from .random_dynamic_groups import DynamicGroup
from .random_groups import ROWS, Group

HERE = Path(__file__).parent
NAMES = (
    "fusion-norm-negative",
    "fusion-residual",
    "fusion-scalar",
    "fusion-conv1d-negative",
    "normalize-contractions",
    "quant-finalize",
    "clear-shapes",
)
PACKED = """
!q = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.5>
!b = !quant.uniform<i32:f32, 0.25>
!packed = !quant.packed<linear, tensor<3x2xi8>, bias = i32>
ml_program.global private @fc.packed(#quant.weights<dense<7> : tensor<3x2xi8>,
  scales = dense<0.5> : tensor<1xf32>, bias = dense<[1, 2, 3]> : tensor<3xi32>>) : !packed
func.func @forward(%x: tensor<1x2x!q>) -> tensor<1x3x!q> {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %p = ml_program.global_load @fc.packed : !packed
  %wq, %bq = quant.unpack %p : (!packed) -> (tensor<3x2x!w>, tensor<3x!b>)
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %b = quant.dcast %bq : tensor<3x!b> to tensor<3xf32>
  %y = nn.linear %d, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!q>
  func.return %q : tensor<1x3x!q>
}
"""
"""Packed weights, whose i32 bias fuses only where it is known."""
STATIC, DYNAMIC = QuantFinalizePass(), QuantFinalizePass("dynamic", on_device=True)
CASES = [
    *(pytest.param((HERE / f"{name}.mlir").read_text(), STATIC, id=name) for name in NAMES),
    pytest.param(
        (HERE / "clear-shapes.mlir").read_text(), QuantFinalizePass(clear_shapes=True), id="cleared"
    ),
    pytest.param(PACKED, STATIC, id="packed"),
    *(pytest.param(Group(row, 1).text(quantized=True), STATIC, id=row) for row in ROWS),
    *(
        pytest.param(DynamicGroup(row, 1).text(quantized=True), DYNAMIC, id=row)
        for row in DYNAMIC_ROWS
    ),
]


def with_globals(text: str) -> ModuleOp:
    """The module of a text, with a global in the place of each constant, quantized or not; loaded
    by each of the two ops in turn."""
    module = qfin.parse(text)
    constants = [op for op in module.walk() if isinstance(op, arith.ConstantOp)]
    for number, op in enumerate(constants):
        if not isinstance(op.value, DenseIntOrFPElementsAttr):
            continue
        user = op.result.get_user_of_unique_use()
        last = user if isinstance(user, SCastOp) else op
        type = last.results[0].type
        assert isinstance(type, TensorType)
        variable = GlobalOp(f"layer.{number}", type, op.value)
        variable.location = op.location
        load = (GlobalLoadConstOp, GlobalLoadOp)[number % 2](variable.sym_name.data, type)
        load.location = last.location
        load.result.name_hint = last.results[0].name_hint
        Rewriter.insert_op(variable, InsertPoint.at_start(module.body.block))
        Rewriter.replace_op(last, load)
        if last is not op:
            Rewriter.erase_op(op)
    return module


def finalized(module: ModuleOp, step: QuantFinalizePass) -> tuple[str, list[str]]:
    """The text and the remarks."""
    with remarks.collect() as said:
        step.apply(qfin.make_context(), module)
    return str(module), sorted(map(remarks.to_text, said))


@pytest.mark.parametrize(("text", "step"), CASES)
def test_freezing_first_or_last(text: str, step: QuantFinalizePass) -> None:
    module = with_globals(text)
    module.verify()
    frozen = module.clone()
    FoldGlobalsPass().apply(qfin.make_context(), frozen)
    assert finalized(module, step) == finalized(frozen, step)


def test_order_is_that_of_pytorch() -> None:
    """Its `Finalize`, from `ClearProfilingInformation` to `FoldQuantizedPrepackingOps`."""
    pytorch = (
        "clear-shapes",
        "insert-prepack-unpack",
        "quant-fusion",
        "freeze-module",
        "fold-quantized-prepacking-ops",
    )
    for step in (
        QuantFinalizePass(clear_shapes=True, preserved_attrs=("forward",)),
        QuantFinalizePass("dynamic", clear_shapes=True, preserved_attrs=("forward",)),
    ):
        assert [s.name for s in step.steps() if s.name in pytorch] == list(pytorch)
        assert step.steps()[0].name == "inline-calls"  # as PyTorch's callers do
