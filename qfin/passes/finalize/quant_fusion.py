"""`quant-fusion`: quantize/dequantize pairs around float ops become int8 ops."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from qfin import remarks
from qfin.dialects.nn.canonicalization import DropIdentity
from qfin.dialects.quant.canonicalization import RequantizeSame
from qfin.dialects.quant.dynamic import DequantizeOp
from qfin.errors import PassError, nearest
from qfin.passes.finalize.groups import Refused, defining
from qfin.passes.finalize.lift_quantize import LIFTS
from qfin.passes.finalize.split_quantizes import SplitQuantizes
from qfin.passes.finalize.table import DYNAMIC, ON_DEVICE, STATIC, Table
from qfin.passes.rewriting import rewrite


@dataclass(frozen=True)
class FuseGroup(RewritePattern):
    """Applies the row of a table that the op belongs to.

    Before:

        %xf = quant.dcast %x : tensor<1x64x!qx> to tensor<1x64xf32>
        %y = nn.linear %xf, %w, %b : (...) -> tensor<1x10xf32>
        %r = nn.relu %y : tensor<1x10xf32>
        %q = quant.qcast %r : tensor<1x10xf32> to tensor<1x10x!qy>

    After (`%p` is what %w and %b were unpacked from):

        %q = quant.linear %x, %p {activation = #quant<activation relu>} : (...) -> tensor<1x10x!qy>
    """

    table: Table = STATIC

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        row = self.table.row_of(op)
        if row is None:
            return
        try:
            rewrite = row.match(op)
        except Refused:
            return  # said once, when nothing moves any more
        remarks.emit("fused", op, f"became {row.becomes}", pass_name=QuantFusionPass.name)
        rewrite(rewriter)


def emit_missed(module: ModuleOp, table: Table = STATIC) -> None:
    """A remark for each float op of a table that is left, with the reason."""
    for op in module.walk():
        row = table.row_of(op)
        if row is None:
            if table is not STATIC and _lacks_dynamic_form(op):
                remarks.emit("missed", op, "has no dynamic form", pass_name=QuantFusionPass.name)
            continue
        try:
            row.match(op)
        except Refused as reason:
            text = f"{reason}{_dynamic_hint(op) if table is STATIC else ''}"
            remarks.emit("missed", op, text, pass_name=QuantFusionPass.name)


def _dynamic_hint(op: Operation) -> str:
    """What static quantization leaves alone and dynamic is for."""
    row = ON_DEVICE.row_of(op)
    if row is None:
        return ""
    if row.variant == "dynamic_on_device":
        return "; quant-type=dynamic with on-device quantizes its input at run time"
    if row.variant == "dynamic" and not isinstance(defining(op.operands[0]), DequantizeOp):
        return ""
    return "; it is in the form of quant-type=dynamic"


def _lacks_dynamic_form(op: Operation) -> bool:
    """Whether the op reads what was quantized at run time, and only constants would do."""
    return STATIC.row_of(op) is not None and any(
        isinstance(defining(operand), DequantizeOp) for operand in op.operands
    )


QUANT_TYPES = ("static", "dynamic")


def table_of(quant_type: str, on_device: bool = False) -> Table:
    """The table of a type of quantization. Raises PassError for one that there is not, and for
    static quantization on a device."""
    if quant_type not in QUANT_TYPES:
        raise PassError(
            f"'{quant_type}' is not a quant-type ({', '.join(QUANT_TYPES)})"
            f"{nearest(quant_type, QUANT_TYPES)}"
        )
    if quant_type == "static" and on_device:
        raise PassError("on-device is of quant-type=dynamic: it chooses parameters at run time")
    if quant_type == "static":
        return STATIC
    return ON_DEVICE if on_device else DYNAMIC


def patterns_of(table: Table) -> list[RewritePattern]:
    """What `quant-fusion` applies, until nothing changes. Only static rows need a quantize behind
    their op, so that only with them quantizes move up and are split."""
    behind = (*LIFTS, SplitQuantizes()) if table is STATIC else ()
    return [DropIdentity(), FuseGroup(table), RequantizeSame(), *behind]


@dataclass(frozen=True)
class QuantFusionPass(ModulePass):
    """Fuse quantize/dequantize pairs around float ops into int8 ops."""

    name = "quant-fusion"

    quant_type: str = "static"
    """static: parameters are constants, in types; dynamic: inputs are quantized at run time."""

    on_device: bool = False
    """With dynamic: quantize the inputs of linears with quantized weights, where they are f32."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        table = table_of(self.quant_type, self.on_device)
        rewrite(op, patterns_of(table))
        emit_missed(op, table)
