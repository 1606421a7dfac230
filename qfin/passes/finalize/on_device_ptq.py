"""`finalize-on-device-ptq`: weights that are quantized where the network runs, once.

From PyTorch's pass of that name; what is another here: every store is kept by exactly one of the
two halves, by the global that it names alone; a weight that several layers share is packed once.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, func
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter
from xdsl.transforms.canonicalize import CanonicalizationRewritePattern
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination
from xdsl.transforms.dead_code_elimination import DeadCodeElimination
from xdsl.transforms.scf_for_loop_unroll import UnrollLoopPattern

from qfin import remarks
from qfin.dialects.quant.packed import PrepackOp
from qfin.dialects.quant.packed_patterns import ROUND_TRIPS
from qfin.errors import PassError, describe
from qfin.passes.finalize.constant_propagation import ConstantPropagationPass
from qfin.passes.finalize.inlining import inline_calls
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.method import quantize_method
from qfin.passes.finalize.quant_fusion import QuantFusionPass, table_of
from qfin.passes.finalize.register_prepack_params import (
    packed_weights,
    register_prepack_params,
)
from qfin.passes.finalize.split_packing import quantized_half, split_packing
from qfin.passes.rewriting import rewrite


def _clean_up(ctx: Context, module: ModuleOp) -> None:
    """What PyTorch's pass does first, in its order."""
    CommonSubexpressionElimination().apply(ctx, module)
    DeadCodeElimination().apply(ctx, module)
    folding = Context()
    folding.load_dialect(arith.Arith)
    # Not the passes of xDSL for this and for loops, which lose locations.
    rewrite(module, CanonicalizationRewritePattern(), fold=folding)
    # Weights stay in their globals, immutable ones too: they are quantized where the program runs.
    ConstantPropagationPass(read_globals=False).apply(ctx, module)
    rewrite(module, UnrollLoopPattern())
    CommonSubexpressionElimination().apply(ctx, module)  # constants, those of unrolled loops too


@dataclass(frozen=True)
class FinalizeOnDevicePTQPass(ModulePass):
    """Make @quantize_<method-name> pack and store weights, and @quantized_... compute with them.

    `@quantize_<m>` comes with all that `@<m>` computes, on weights that it loads from globals,
    quantizes and dequantizes. Afterwards it stores packed weights, in mutable globals, and gives
    nothing; the new `@quantized_<m>` loads them, and reads float weights and observers only for
    what else the dequantized weights are used for, which a remark tells.
    All other functions stay as they are. See `docs/on-device.md`.

    Raises PassError as `quantize_method`, `register_prepack_params` and `split_packing` do, and
    UnsupportedError for a call that cannot be inlined, before the module is changed.
    """

    name = "finalize-on-device-ptq"

    method_name: str = "forward"
    """`m`, or `quantize_<m>`."""

    quant_type: str = "dynamic"
    """Nothing else: the inputs are quantized at run time."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        table_of(self.quant_type, on_device=True)  # a wrong type changes nothing
        function = quantize_method(op, self.method_name)
        with remarks.collect() as said:
            prepared = self._prepared(ctx, op, function.sym_name.data)
        if not packed_weights(prepared):
            raise PassError(f"{describe(function)}: {_why_nothing(prepared, said)}")
        _check_halves(prepared)
        Rewriter.insert_op(prepared, InsertPoint.before(function))
        Rewriter.erase_op(function)
        register_prepack_params(op, prepared)
        split_packing(op, prepared)

    def _prepared(self, ctx: Context, module: ModuleOp, name: str) -> func.FuncOp:
        """A copy of the function `name` of `module` in which all is inlined and fused."""
        alone = module.clone()
        inline_calls(alone, [name])
        function = alone
        for op in list(alone.ops):
            if isinstance(op, func.FuncOp) and op.sym_name.data == name:
                function = op
            elif isinstance(op, func.FuncOp) and op.body.blocks:
                Rewriter.erase_op(op, safe_erase=False)
        assert isinstance(function, func.FuncOp)
        _clean_up(ctx, alone)
        InsertPrepackUnpackPass().apply(ctx, alone)
        QuantFusionPass(self.quant_type, on_device=True).apply(ctx, alone)
        rewrite(alone, ROUND_TRIPS)  # of what did not fuse
        # A weight that several layers share is packed once.
        CommonSubexpressionElimination().apply(ctx, alone)
        DeadCodeElimination().apply(ctx, alone)
        function.detach()
        return function


_SAID = 5
"""Remarks that an error repeats."""


def _why_nothing(function: func.FuncOp, said: list[remarks.Remark]) -> str:
    """Why no weight of `function` is packed; `said` is what fusing it said."""
    nothing = f"no layer of @{function.sym_name.data} can be packed"
    if any(isinstance(op, PrepackOp) for op in function.walk()):
        return (
            f"{nothing}: f16 weights are not packed on the device: quantize them to i8, or run"
            " finalize{quant-type=dynamic}, which packs those that are constant"
        )
    missed = [remarks.to_text(remark) for remark in said if remark.kind == "missed"]
    if not missed:
        return f"{nothing}: there is none with a dequantized weight"
    more = [f"... and {len(missed) - _SAID} more"] if len(missed) > _SAID else []
    return "\n  ".join([f"{nothing}:", *missed[:_SAID], *more])


def _check_halves(function: func.FuncOp) -> None:
    """Raises PassError as `quantized_half` does, and leaves `function` as it is."""
    trial = function.clone()
    register_prepack_params(ModuleOp([trial]), trial)
    quantized_half(trial)
