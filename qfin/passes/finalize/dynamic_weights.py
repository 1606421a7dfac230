"""What a dynamic fusion looks at: its input, which is quantized at run time, and its weight.

As in `groups`, the functions only look, and raise `Refused` where something is unfit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import TensorType, f16, i8
from xdsl.ir import SSAValue

from qfin.dialects import nn
from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.quant.dynamic import ChooseQParamsOp, DequantizeOp, QuantizeOp, axis_of, ui8
from qfin.dialects.quant.packed_dynamic import UnpackDynamicOp
from qfin.dialects.quant.packed_type import LINEAR_FP16, PackedType
from qfin.dialects.shapes import DYNAMIC
from qfin.dialects.tensors import shape_of
from qfin.interpreter.arrays import dense_to_numpy
from qfin.passes.finalize.groups import (
    Refused,
    constant_of,
    defining,
    element_type,
    require_f32,
)
from qfin.passes.finalize.weights import (
    Contraction,
    constants_of,
    packed_type,
    require_short_sum,
    unpacked_from,
)

REDUCED = (0, 127)
FULL = (0, 255)


@dataclass(frozen=True)
class QuantizedInput:
    """The f32 value that is quantized at run time, and the range of its parameters."""

    value: SSAValue
    reduce_range: bool


def quantized_input(op: Contraction) -> QuantizedInput:
    """Follows the input of `op` through dequantize, quantize and the choice of parameters."""
    require_f32(op)
    dequantize = defining(op.input)
    if not isinstance(dequantize, DequantizeOp):
        raise Refused("input is not quantized at run time (on-device does it for linear)")
    quantize = defining(dequantize.input)
    if not isinstance(quantize, QuantizeOp):
        raise Refused("input is dequantized from what no quant.quantize gave")
    parameters = (quantize.scale, quantize.zero_point)
    if (dequantize.scale, dequantize.zero_point) != parameters:
        raise Refused("input is dequantized with other parameters than it was quantized with")
    choose = defining(quantize.scale)
    if not isinstance(choose, ChooseQParamsOp) or choose.input is not quantize.input:
        raise Refused("scale of the input was not chosen for it by quant.choose_qparams")
    if quantize.zero_point is not choose.zero_point:
        raise Refused("zero point of the input was not chosen for it by quant.choose_qparams")
    if choose.symmetric is not None or choose.storage != ui8 or choose.range not in (REDUCED, FULL):
        raise Refused("parameters of the input are not affine ones for the whole of ui8")
    return QuantizedInput(quantize.input, choose.range == REDUCED)


@dataclass(frozen=True)
class RunTimeConstants:
    """The weight i8 whose scale is a value, the scale, the zero point, which is 0, and the bias."""

    weight: SSAValue
    scale: SSAValue
    zero_point: SSAValue
    bias: SSAValue | None


def run_time_constants_of(op: Contraction) -> RunTimeConstants:
    """The weight behind a `quant.dequantize`, packed or fit to be, and the bias."""
    require_f32(op)
    dequantize = defining(op.weight)
    if not isinstance(dequantize, DequantizeOp):
        raise Refused("weight is not a dequantized value")
    if (stored := element_type(dequantize.input)) != i8:
        raise Refused(f"weight is stored in {stored}, not in i8")
    wanted = 1 if isinstance(op, nn.ConvTranspose) else 0
    if (axis := axis_of(dequantize.axis)) not in (None, wanted):
        raise Refused(f"weight is quantized along axis {axis}, not along axis {wanted}")
    if not _is_zero(dequantize.zero_point):
        raise Refused("weight zero point is not known to be 0")
    bias = op.bias
    for value, what in ((dequantize.input, "weight"), (dequantize.scale, "scale"), (bias, "bias")):
        if value is not None and DYNAMIC in shape_of(value):
            raise Refused(f"{what} has a dynamic shape")
    return RunTimeConstants(dequantize.input, dequantize.scale, dequantize.zero_point, bias)


def _is_zero(zero_point: SSAValue) -> bool:
    """Whether a run-time zero point is 0: a constant, or that of symmetric parameters."""
    choose = defining(zero_point)
    if isinstance(choose, ChooseQParamsOp):
        return choose.symmetric is not None and zero_point is choose.zero_point
    known = constant_of(zero_point)
    return known is not None and not np.any(dense_to_numpy(known))


def half_weight(op: Contraction) -> SSAValue | None:
    """The f16 value that the weight of `op` was before `nn.to`."""
    source = defining(op.weight)
    if not isinstance(source, nn.ToOp) or element_type(source.input) != f16:
        return None
    return source.input


def half_constants_of(op: nn.LinearOp) -> tuple[SSAValue, PackedType]:
    """The f16 value behind the weight of `op`, and the type of it and the f32 bias, packed."""
    require_f32(op)
    weight = half_weight(op)
    if weight is None:
        raise Refused("weight is not a dequantized value")
    for value, what in ((weight, "weight"), (op.bias, "bias")):
        if value is not None and DYNAMIC in shape_of(value):
            raise Refused(f"{what} has a dynamic shape")
    bias = None if op.bias is None else element_type(op.bias)
    return weight, PackedType(LINEAR_FP16, TensorType(f16, shape_of(op.weight)), bias)


def packed_for_dynamic(op: Contraction) -> SSAValue:
    """The packed value that the i8 weight and the f32 bias of `op` were unpacked from."""
    if isinstance(defining(op.weight), DCastOp):
        constants = constants_of(op)
        weight, bias, element = constants.weight, constants.bias, constants.element
        if bias is not None and element_type(bias) != element_type(op.results[0]):
            raise Refused("bias is quantized, by a scale of the input that run time decides")
    else:
        found = run_time_constants_of(op)
        weight, bias, element = found.weight, found.bias, None
        unpack = defining(weight)
        if isinstance(unpack, UnpackDynamicOp) and unpack.scale is not found.scale:
            raise Refused("scale is not the one prepacked with the weight")
    value, packed = unpacked_from(weight, bias, packed_type(op, bias))
    require_short_sum(packed, element)
    return value
