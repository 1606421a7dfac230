"""`split-packing`: a method that packs weights and uses them becomes two, one for each."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp, StringAttr
from xdsl.ir import Block, Operation
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.transforms.dead_code_elimination import region_dce

from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, GlobalStoreOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp
from qfin.passes.finalize.method import quantize_method, quantized_name


def split_packing(module: ModuleOp, function: func.FuncOp) -> None:
    """Makes `@quantized_<m>` of what `@quantize_<m>` does with its packed weights.

    Before:

        func.func @quantize_forward(%x: tensor<1x64xf32>) -> tensor<1x10xf32> {
          %w = ml_program.global_load @fc.weight : tensor<10x64xf32>
          ...
          %p = quant.prepack_dynamic %wq, %s, %b : (...) -> !quant.packed<linear, ...>
          ml_program.global_store @packed = %p : !quant.packed<linear, ...>
          %0 = ml_program.global_load @packed : !quant.packed<linear, ...>
          %y = quant.linear_dynamic %x, %0 : (...) -> tensor<1x10xf32>
          func.return %y : tensor<1x10xf32>
        }

    After:

        func.func @quantize_forward(%x: tensor<1x64xf32>) {
          %w = ml_program.global_load @fc.weight : tensor<10x64xf32>
          ...
          %p = quant.prepack_dynamic %wq, %s, %b : (...) -> !quant.packed<linear, ...>
          ml_program.global_store @packed = %p : !quant.packed<linear, ...>
          func.return
        }
        func.func @quantized_forward(%x: tensor<1x64xf32>) -> tensor<1x10xf32> {
          %0 = ml_program.global_load @packed : !quant.packed<linear, ...>
          %y = quant.linear_dynamic %x, %0 : (...) -> tensor<1x10xf32>
          func.return %y : tensor<1x10xf32>
        }

    A store of another global goes with the half that it belongs to: with the first where packed
    weights are computed from that very global (an observer's state, a weight that is given up),
    else with the second.
    """
    packs = what_packs(function)
    quantized = function.clone()
    quantized.sym_name = StringAttr(quantized_name(function))
    for op, copy in list(zip(function.walk(), quantized.walk(), strict=True)):
        if isinstance(op, GlobalStoreOp):
            unneeded = copy if op in packs else op
            Rewriter.erase_op(unneeded)
    Rewriter.insert_op(quantized, InsertPoint.after(function))
    _drop_results(function)
    for half in (function, quantized):
        region_dce(half.body)


def what_packs(function: func.FuncOp) -> set[Operation]:
    """The stores of packed weights, and what they are computed from, through stores of globals
    as well."""
    stores = [op for op in function.walk() if isinstance(op, GlobalStoreOp)]
    found: set[Operation] = set()
    pending: list[Operation | Block] = [
        op for op in stores if isinstance(op.value.owner, PrepackDynamicOp)
    ]
    while pending:
        op = pending.pop()
        if isinstance(op, Block):
            op = op.parent_op()
        if op is None or op is function or op in found:
            continue
        found.add(op)
        pending += [value.owner for value in op.operands]
        pending += [inner for inner in op.walk() if inner is not op]
        if (parent := op.parent_op()) is not None:
            pending.append(parent)
        if isinstance(op, GlobalLoadOp | GlobalLoadConstOp | GlobalStoreOp):
            pending += [store for store in stores if store.symbol == op.symbol]
    return found


def _drop_results(function: func.FuncOp) -> None:
    """The function returns nothing."""
    function.function_type = FunctionType.from_lists(function.function_type.inputs.data, [])
    function.res_attrs = None
    for end in [op for op in function.walk() if isinstance(op, func.ReturnOp)]:
        end.operands = []


@dataclass(frozen=True)
class SplitPackingPass(ModulePass):
    """Leave @quantize_<method-name> the storing of packed weights; @quantized_... does the rest."""

    name = "split-packing"

    method_name: str = "forward"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        split_packing(op, quantize_method(op, self.method_name))
