"""`quant-finalize`: from quantize/dequantize pairs to int8 ops on packed constants."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination
from xdsl.transforms.dead_code_elimination import DeadCodeElimination

from qfin.dialects.ml_program import GlobalOp
from qfin.passes.finalize.clear_shapes import ClearShapesPass
from qfin.passes.finalize.constant_propagation import ConstantPropagationPass
from qfin.passes.finalize.fold_globals import FoldGlobalsPass
from qfin.passes.finalize.fold_prepack import FoldQuantizedPrepackingOpsPass
from qfin.passes.finalize.freeze_module import FreezeModulePass
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.normalize_contractions import NormalizeContractionsPass
from qfin.passes.finalize.propagate_quantization import PropagateQuantizationPass
from qfin.passes.finalize.quant_fusion import QuantFusionPass, table_of


@dataclass(frozen=True)
class QuantFinalizePass(ModulePass):
    """Fuse quantize/dequantize pairs into int8 ops and pack their weights (the pipeline).

    The steps are those of PyTorch's `Finalize`. Freezing comes first, since it inlines calls, which
    PyTorch's callers have done by then; a module that is frozen behind the fusion is the same.
    A module without globals is not frozen, and functions that call each other stay so.
    """

    name = "quant-finalize"

    quant_type: str = "static"
    """As in `quant-fusion`."""

    on_device: bool = False
    """As in `quant-fusion`."""

    preserved_attrs: tuple[str, ...] = ()
    """As in `freeze-module`: what else than `@forward` stays. Without any, all public functions
    stay, for nothing that a caller may use goes unasked."""

    clear_shapes: bool = False
    """Make the arguments' dimensions dynamic before anything fuses, as `clear-shapes` does."""

    propagate: bool = True
    """With static: quantize between quantized ops, too; see `propagate-quantization`."""

    def steps(self, module: ModuleOp) -> tuple[ModulePass, ...]:
        """The passes of the pipeline for `module`, in order."""
        propagates = self.propagate and self.quant_type == "static"
        return (
            *self._freeze(module),
            *((ClearShapesPass(),) if self.clear_shapes else ()),
            CommonSubexpressionElimination(),  # equal quantizes must not look like two uses
            DeadCodeElimination(),  # nor dead ones
            *((PropagateQuantizationPass(),) if propagates else ()),
            *((ConstantPropagationPass(),) if self.quant_type == "dynamic" else ()),
            NormalizeContractionsPass(),
            InsertPrepackUnpackPass(),
            QuantFusionPass(self.quant_type, self.on_device),
            FoldQuantizedPrepackingOpsPass(),  # takes back the prepacks of what did not fuse, too
        )

    def _freeze(self, module: ModuleOp) -> tuple[ModulePass, ...]:
        if self.preserved_attrs:
            return (FreezeModulePass(self.preserved_attrs),)
        return (FoldGlobalsPass(),) if any(isinstance(op, GlobalOp) for op in module.ops) else ()

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        table_of(self.quant_type, self.on_device)  # a wrong type changes nothing
        for step in self.steps(op):
            step.apply(ctx, op)
