"""How the IR changes. The table of our passes: naming one imports nothing."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from xdsl.passes import ModulePass

if TYPE_CHECKING:  # `__getattr__` gives them
    from qfin.passes.finalize.clear_shapes import ClearShapesPass as ClearShapesPass
    from qfin.passes.finalize.constant_propagation import (
        ConstantPropagationPass as ConstantPropagationPass,
    )
    from qfin.passes.finalize.fold_globals import FoldGlobalsPass as FoldGlobalsPass
    from qfin.passes.finalize.fold_prepack import (
        FoldQuantizedPrepackingOpsPass as FoldQuantizedPrepackingOpsPass,
    )
    from qfin.passes.finalize.freeze_module import FreezeModulePass as FreezeModulePass
    from qfin.passes.finalize.inline_calls import InlineCallsPass as InlineCallsPass
    from qfin.passes.finalize.insert_prepack_unpack import (
        InsertPrepackUnpackPass as InsertPrepackUnpackPass,
    )
    from qfin.passes.finalize.move_constants import MoveConstantsPass as MoveConstantsPass
    from qfin.passes.finalize.normalize_contractions import (
        NormalizeContractionsPass as NormalizeContractionsPass,
    )
    from qfin.passes.finalize.on_device_ptq import (
        FinalizeOnDevicePTQPass as FinalizeOnDevicePTQPass,
    )
    from qfin.passes.finalize.pipeline import QuantFinalizePass as QuantFinalizePass
    from qfin.passes.finalize.propagate_quantization import (
        PropagateQuantizationPass as PropagateQuantizationPass,
    )
    from qfin.passes.finalize.quant_fusion import QuantFusionPass as QuantFusionPass
    from qfin.passes.finalize.register_prepack_params import (
        RegisterPrepackParamsPass as RegisterPrepackParamsPass,
    )
    from qfin.passes.finalize.split_packing import SplitPackingPass as SplitPackingPass
    from qfin.passes.lower.assign_layout import AssignLayoutPass as AssignLayoutPass
    from qfin.passes.lower.choose_tiles import ChooseTilesPass as ChooseTilesPass
    from qfin.passes.lower.convert_arith_to_llvm import ArithToLLVMPass as ArithToLLVMPass
    from qfin.passes.lower.convert_cf_to_llvm import CfToLLVMPass as CfToLLVMPass
    from qfin.passes.lower.convert_func_to_llvm import FuncToLLVMPass as FuncToLLVMPass
    from qfin.passes.lower.convert_kernels_to_llvm import KernelsToLLVMPass as KernelsToLLVMPass
    from qfin.passes.lower.lower_to_kernels import LowerToKernelsPass as LowerToKernelsPass
    from qfin.passes.lower.plan_buffers import PlanBuffersPass as PlanBuffersPass


class PassEntry(NamedTuple):
    """Where a pass is, and how its docstring starts (a test compares the two)."""

    module: str
    cls: str
    summary: str

    def load(self) -> type[ModulePass]:
        """Import the pass."""
        return getattr(import_module(self.module), self.cls)


# Sorted by name. A pass is registered under its own `name`; xDSL insists.
PASSES: dict[str, PassEntry] = {
    "assign-layout": PassEntry(
        "qfin.passes.lower.assign_layout",
        "AssignLayoutPass",
        "Choose memory layouts for a target",
    ),
    "choose-tiles": PassEntry(
        "qfin.passes.lower.choose_tiles",
        "ChooseTilesPass",
        "Choose the register tile of each contraction on buffers that has none",
    ),
    "clear-shapes": PassEntry(
        "qfin.passes.finalize.clear_shapes",
        "ClearShapesPass",
        "Make the dimensions of public functions' arguments dynamic, and what follows from them",
    ),
    "constant-propagation": PassEntry(
        "qfin.passes.finalize.constant_propagation",
        "ConstantPropagationPass",
        "Evaluate what is computed of constants, but for dequantizes and what would grow",
    ),
    "convert-arith-to-llvm": PassEntry(
        "qfin.passes.lower.convert_arith_to_llvm",
        "ArithToLLVMPass",
        "Lower the arith ops of loop control to the llvm dialect",
    ),
    "convert-cf-to-llvm": PassEntry(
        "qfin.passes.lower.convert_cf_to_llvm",
        "CfToLLVMPass",
        "Lower cf.br and cf.cond_br to the llvm dialect",
    ),
    "convert-func-to-llvm": PassEntry(
        "qfin.passes.lower.convert_func_to_llvm",
        "FuncToLLVMPass",
        "Lower func.func, func.call and func.return to the llvm dialect",
    ),
    "convert-kernels-to-llvm": PassEntry(
        "qfin.passes.lower.convert_kernels_to_llvm",
        "KernelsToLLVMPass",
        "Lower kernels, built of func, scf and llvm ops, to the llvm dialect alone",
    ),
    "finalize-on-device-ptq": PassEntry(
        "qfin.passes.finalize.on_device_ptq",
        "FinalizeOnDevicePTQPass",
        "Make @quantize_<method-name> pack and store weights, and @quantized_... compute with them",
    ),
    "fold-globals": PassEntry(
        "qfin.passes.finalize.fold_globals",
        "FoldGlobalsPass",
        "Inline calls, and turn loads of immutable globals into constants; mutable ones stay",
    ),
    "fold-quantized-prepacking-ops": PassEntry(
        "qfin.passes.finalize.fold_prepack",
        "FoldQuantizedPrepackingOpsPass",
        "Turn each prepack of constants into a packed constant; equal ones become one",
    ),
    "freeze-module": PassEntry(
        "qfin.passes.finalize.freeze_module",
        "FreezeModulePass",
        "Inline calls, turn parameters into constants, and drop what is not needed for inference",
    ),
    "inline-calls": PassEntry(
        "qfin.passes.finalize.inline_calls",
        "InlineCallsPass",
        "Inline calls in the functions that stay, and mark loads of what never changes",
    ),
    "insert-prepack-unpack": PassEntry(
        "qfin.passes.finalize.insert_prepack_unpack",
        "InsertPrepackUnpackPass",
        "Pack each quantized weight, and unpack it again: values stay, packed values appear",
    ),
    "lower-to-kernels": PassEntry(
        "qfin.passes.lower.lower_to_kernels",
        "LowerToKernelsPass",
        "Replace each kernel op by a call of a function generated for its shapes",
    ),
    "move-constants": PassEntry(
        "qfin.passes.finalize.move_constants",
        "MoveConstantsPass",
        "Move quantized constants where ops move them or what they are dequantized to",
    ),
    "normalize-contractions": PassEntry(
        "qfin.passes.finalize.normalize_contractions",
        "NormalizeContractionsPass",
        "Turn products with constant weights into linears, and what is added to them into biases",
    ),
    "plan-buffers": PassEntry(
        "qfin.passes.lower.plan_buffers",
        "PlanBuffersPass",
        "Turn tensors into buffers of one arena, and ops into kernel ops on them",
    ),
    "propagate-quantization": PassEntry(
        "qfin.passes.finalize.propagate_quantization",
        "PropagateQuantizationPass",
        "Quantize the results of float ops between quantized ones, where the text does not",
    ),
    "quant-finalize": PassEntry(
        "qfin.passes.finalize.pipeline",
        "QuantFinalizePass",
        "Fuse quantize/dequantize pairs into int8 ops and pack their weights (the pipeline)",
    ),
    "quant-fusion": PassEntry(
        "qfin.passes.finalize.quant_fusion",
        "QuantFusionPass",
        "Fuse quantize/dequantize pairs around float ops into int8 ops",
    ),
    "register-prepack-params": PassEntry(
        "qfin.passes.finalize.register_prepack_params",
        "RegisterPrepackParamsPass",
        "Store each packed weight of @quantize_<method-name> in a global, and load it for its uses",
    ),
    "split-packing": PassEntry(
        "qfin.passes.finalize.split_packing",
        "SplitPackingPass",
        "Leave @quantize_<method-name> the storing of packed weights; @quantized_... does the rest",
    ),
}

FINALIZED_ATTR = "quant.finalized"
"""The attribute of a module that was finalized otherwise than `quant-finalize` does it by default:
compiling it finalizes nothing more."""

# Short words for long names, as `qfin-opt --finalize`; never registered with xDSL.
ALIASES: dict[str, str] = {"finalize": "quant-finalize"}


def get_all_passes() -> dict[str, Callable[[], type[ModulePass]]]:
    """Our passes by name, as getters that import on call."""
    return {name: entry.load for name, entry in PASSES.items()}


def __getattr__(name: str) -> Any:
    """The pass classes by name (`from qfin.passes import QuantFinalizePass`), imported on use."""
    for entry in PASSES.values():
        if entry.cls == name:
            return entry.load()
    raise AttributeError(f"module 'qfin.passes' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *(entry.cls for entry in PASSES.values())})
