"""`quant-finalize`: from quantize/dequantize pairs to int8 ops on packed constants."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.passes import ModulePass
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination
from xdsl.transforms.dead_code_elimination import DeadCodeElimination

from qfin.passes import FINALIZED_ATTR
from qfin.passes.finalize.clear_shapes import ClearShapesPass
from qfin.passes.finalize.constant_propagation import ConstantPropagationPass
from qfin.passes.finalize.fold_globals import FoldGlobalsPass
from qfin.passes.finalize.fold_prepack import FoldQuantizedPrepackingOpsPass
from qfin.passes.finalize.freeze_module import FreezeModulePass
from qfin.passes.finalize.inline_calls import InlineCallsPass
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.move_constants import MoveConstantsPass
from qfin.passes.finalize.normalize_contractions import NormalizeContractionsPass
from qfin.passes.finalize.propagate_quantization import PropagateQuantizationPass
from qfin.passes.finalize.quant_fusion import QuantFusionPass, table_of
from qfin.passes.steps import run_steps


@dataclass(frozen=True)
class QuantFinalizePass(ModulePass):
    """Fuse quantize/dequantize pairs into int8 ops and pack their weights (the pipeline).

    The steps are those of PyTorch's `Finalize`, in its order: clear shapes, pack and unpack the
    weights, fuse, and only then freeze the module and fold what packs constants. `inline-calls`,
    which PyTorch's callers have done by then, comes before; what else stands before the packing
    makes of the text what fusions look for. Until it is frozen, a module has its parameters in
    globals, whose loads are read as constants; frozen before, it comes out the same
    (`test_freeze_order.py`). Private functions and globals that nothing public needs any more go.
    Dynamic finalizing, and without propagation, marks the module (`quant.finalized`), so that
    compiling it does not finalize it again the other way.
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

    def steps(self) -> tuple[ModulePass, ...]:
        """The passes of the pipeline, in order."""
        propagates = self.propagate and self.quant_type == "static"
        return (
            InlineCallsPass(self.preserved_attrs),
            *((ClearShapesPass(),) if self.clear_shapes else ()),
            CommonSubexpressionElimination(),  # equal quantizes must not look like two uses
            DeadCodeElimination(),  # nor dead ones
            # Weights may be quantized in the text, and then moved.
            ConstantPropagationPass(floats_only=self.quant_type == "static"),
            MoveConstantsPass(),
            *((PropagateQuantizationPass(),) if propagates else ()),
            NormalizeContractionsPass(self.quant_type, self.on_device),
            InsertPrepackUnpackPass(constants_only=True),
            QuantFusionPass(self.quant_type, self.on_device),
            MoveConstantsPass(),  # of what fusions made, so that twice is once
            FreezeModulePass(self.preserved_attrs) if self.preserved_attrs else FoldGlobalsPass(),
            FoldQuantizedPrepackingOpsPass(),  # takes back the prepacks of what did not fuse, too
        )

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        table_of(self.quant_type, self.on_device)  # a wrong type changes nothing
        run_steps(self.steps(), ctx, op)
        if (self.quant_type, self.propagate) != ("static", True):
            op.attributes[FINALIZED_ATTR] = UnitAttr()
