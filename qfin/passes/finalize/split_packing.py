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

from qfin import remarks
from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, GlobalStoreOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp
from qfin.errors import PassError, describe
from qfin.passes.finalize.method import quantize_method, quantized_name

Load = GlobalLoadOp | GlobalLoadConstOp


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
    else with the second. A remark names each global, but packed ones, that both halves read.

    Raises PassError as `quantized_half` does, before anything is changed.
    """
    quantized = quantized_half(function)
    packs = what_packs(function)
    for op in list(function.walk()):
        if isinstance(op, GlobalStoreOp) and op not in packs:
            Rewriter.erase_op(op)
    Rewriter.insert_op(quantized, InsertPoint.after(function))
    _drop_results(function)
    region_dce(function.body)
    packing = {op.symbol for op in function.walk() if isinstance(op, Load)}
    for op in quantized.walk():
        if isinstance(op, Load) and op.symbol in packing:
            message = (
                f"@{quantized.sym_name.data} reads {op.symbol} at each call, too: its value is used"
                " for more than packed weights, and has to be kept"
            )
            remarks.emit("note", op, message, pass_name=SplitPackingPass.name)


def quantized_half(function: func.FuncOp) -> func.FuncOp:
    """`@quantized_<m>`: what `function` does but store packed weights, and what they are computed
    from. `function` stays as it is.

    Raises PassError where it reads a global before a store that the other half does: it would read
    what was stored there, such as the zeros of a weight that is given up.
    """
    packs = what_packs(function)
    quantized = function.clone()
    quantized.sym_name = StringAttr(quantized_name(function))
    original = dict(zip(quantized.walk(), function.walk(), strict=True))
    for copy, op in original.items():
        if isinstance(op, GlobalStoreOp) and op in packs:
            Rewriter.erase_op(copy)
    region_dce(quantized.body)
    left = {original[copy] for copy in quantized.walk()}
    loads: list[Load] = []
    for op in function.walk():
        if isinstance(op, Load) and op in left:
            loads.append(op)
        if isinstance(op, GlobalStoreOp) and op in packs:
            for load in loads:
                if load.symbol == op.symbol:
                    raise PassError(_overwritten(load, op, function))
    return quantized


def _overwritten(load: Operation, store: GlobalStoreOp, function: func.FuncOp) -> str:
    return (
        f"{describe(load)}: @{quantized_name(function)} reads {store.symbol}, too, and would find"
        f" there what @{function.sym_name.data} stores ({describe(store)}): take that store out, or"
        " use the value for nothing but packed weights; remarks say which layers do not fuse"
    )


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
        if isinstance(op, Load | GlobalStoreOp):
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
