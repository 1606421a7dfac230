"""`quant-finalize`: from quantize/dequantize pairs to int8 ops on packed constants."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination
from xdsl.transforms.dead_code_elimination import DeadCodeElimination

from qfin.passes.finalize.fold_prepack import FoldQuantizedPrepackingOpsPass
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.quant_fusion import QuantFusionPass, table_of


@dataclass(frozen=True)
class QuantFinalizePass(ModulePass):
    """Fuse quantize/dequantize pairs into int8 ops and pack their weights (the pipeline)."""

    name = "quant-finalize"

    quant_type: str = "static"
    """As in `quant-fusion`."""

    on_device: bool = False
    """As in `quant-fusion`."""

    @property
    def steps(self) -> tuple[ModulePass, ...]:
        """The passes of the pipeline, in order."""
        return (
            CommonSubexpressionElimination(),  # equal quantizes must not look like two uses
            DeadCodeElimination(),  # nor dead ones
            InsertPrepackUnpackPass(),
            QuantFusionPass(self.quant_type, self.on_device),
            FoldQuantizedPrepackingOpsPass(),  # takes back the prepacks of what did not fuse, too
        )

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        table_of(self.quant_type, self.on_device)  # a wrong type changes nothing
        for step in self.steps:
            step.apply(ctx, op)
