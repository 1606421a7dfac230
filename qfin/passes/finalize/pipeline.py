"""`quant-finalize`: from quantize/dequantize pairs to int8 ops on packed constants."""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination
from xdsl.transforms.dead_code_elimination import DeadCodeElimination

from qfin.passes.finalize.fold_prepack import FoldQuantizedPrepackingOpsPass
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.quant_fusion import QuantFusionPass

FINALIZE: tuple[ModulePass, ...] = (
    CommonSubexpressionElimination(),  # equal quantizes of one value must not look like two uses
    DeadCodeElimination(),  # nor dead ones
    InsertPrepackUnpackPass(),
    QuantFusionPass(),
    FoldQuantizedPrepackingOpsPass(),  # takes back the prepacks of what did not fuse, too
)


class QuantFinalizePass(ModulePass):
    """Fuse quantize/dequantize pairs into int8 ops and pack their weights (the pipeline)."""

    name = "quant-finalize"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for step in FINALIZE:
            step.apply(ctx, op)
