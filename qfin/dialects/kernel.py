"""The `kernel` dialect: a program over buffers, one op for each piece of machine code.

Tensors have become memrefs: logical dimensions (NCHW), strides that say the layout, plain integer
elements, quantization parameters as attributes. Each op reads its first operands and writes its
last (destination-passing style). Every stored activation is unsigned: i8 quantized values are
kept with 128 added, and zero points and clamps here are those of the unsigned values.

A buffer is a view of the arena, of the constants, or of an argument:

    %v = kernel.view %arena {offset = 4096 : i64, halo = array<i64: 1, 1, 1, 1>, slack = 64 : i64}
      : memref<8192xi8> -> memref<1x16x8x8xi8, strided<[1600, 1, 160, 16]>>

`offset` is the byte offset of the element (0, 0, 0, 0). `halo` rows and columns around
each image ([top, bottom, left, right]) belong to the buffer, and `slack` bytes behind it may be
read. Both are part of the contract with the kernels, which read them without a branch.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    DenseIntOrFPElementsAttr,
    Float32Type,
    FloatAttr,
    FunctionType,
    IntegerAttr,
    MemRefType,
    StringAttr,
    SymbolRefAttr,
    UnitAttr,
    f32,
)
from xdsl.ir import Attribute, Dialect, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import MemoryReadEffect, MemoryWriteEffect, Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import NO_PADDING, ONES, Ints, IntsConstr, i64_attr

Buffer = MemRefType[Attribute]
BufferConstr = MemRefType.constr()


@irdl_op_definition
class ProgramOp(IRDLOperation):
    """What a caller must know of one compiled function.

    `entry` takes a pointer for each input, for each output, for the arena, for the constants,
    in this order. `signature` is the function's type as it was written; the arena's size
    is in bytes, and it is aligned to 64.

        kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x4xf32>, ...}
    """

    name = "kernel.program"

    entry = prop_def(SymbolRefAttr)
    signature = prop_def(FunctionType)
    input_names = prop_def(ArrayAttr[StringAttr])
    output_names = prop_def(ArrayAttr[StringAttr])
    target = prop_def(StringAttr)
    arena = prop_def(IntegerAttr[I64])
    constants = prop_def(DenseIntOrFPElementsAttr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "attr-dict"

    def __init__(
        self,
        entry: str,
        signature: FunctionType,
        input_names: list[str],
        output_names: list[str],
        target: str,
        arena: int,
        constants: DenseIntOrFPElementsAttr,
    ):
        super().__init__(
            properties={
                "entry": SymbolRefAttr(entry),
                "signature": signature,
                "input_names": ArrayAttr(StringAttr(name) for name in input_names),
                "output_names": ArrayAttr(StringAttr(name) for name in output_names),
                "target": StringAttr(target),
                "arena": i64_attr(arena),
                "constants": constants,
            }
        )

    def verify_(self) -> None:
        if len(self.input_names) != len(self.signature.inputs):
            raise VerifyException("needs a name for each input")
        if len(self.output_names) != len(self.signature.outputs):
            raise VerifyException("needs a name for each output")


@irdl_op_definition
class ViewOp(IRDLOperation):
    """A buffer inside of a larger one; see the top of this file."""

    name = "kernel.view"

    base = operand_def(BufferConstr)
    result = result_def(BufferConstr)
    offset = prop_def(IntegerAttr[I64], default_value=i64_attr(0))
    halo = prop_def(IntsConstr, default_value=NO_PADDING)
    slack = prop_def(IntegerAttr[I64], default_value=i64_attr(0))

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$base attr-dict `:` type($base) `->` type($result)"
    traits = traits_def(Pure())

    def __init__(
        self,
        base: SSAValue,
        result_type: Attribute,
        offset: int = 0,
        halo: Ints = NO_PADDING,
        slack: int = 0,
    ):
        super().__init__(
            operands=[base],
            result_types=[result_type],
            properties={"offset": i64_attr(offset), "halo": halo, "slack": i64_attr(slack)},
        )


class KernelOp(IRDLOperation):
    """Base of the ops that run: each becomes one call of one generated function."""

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str] = "operands attr-dict `:` type(operands)"
    traits = traits_def(MemoryReadEffect(), MemoryWriteEffect())


@irdl_op_definition
class FillHaloOp(KernelOp):
    """Stores `value` into the halo around each image of the buffer."""

    name = "kernel.fill_halo"

    output = operand_def(BufferConstr)
    halo = prop_def(IntsConstr)
    value = prop_def(IntegerAttr[I64])

    def __init__(self, output: SSAValue, halo: Ints, value: int):
        super().__init__(operands=[output], properties={"halo": halo, "value": i64_attr(value)})


@irdl_op_definition
class CopyOp(KernelOp):
    """Copies between two strided buffers of one shape; with `flip_sign` adds 128 to each byte."""

    name = "kernel.copy"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    flip_sign = opt_prop_def(UnitAttr)

    def __init__(self, input: SSAValue, output: SSAValue, *, flip_sign: bool = False):
        super().__init__(
            operands=[input, output],
            properties={"flip_sign": UnitAttr() if flip_sign else None},
        )


@irdl_op_definition
class ClampOp(KernelOp):
    """`min(max(x, qmin), qmax)` on unsigned bytes."""

    name = "kernel.clamp"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    qmin = prop_def(IntegerAttr[I64])
    qmax = prop_def(IntegerAttr[I64])

    def __init__(self, input: SSAValue, output: SSAValue, qmin: int, qmax: int):
        super().__init__(
            operands=[input, output],
            properties={"qmin": i64_attr(qmin), "qmax": i64_attr(qmax)},
        )


@irdl_op_definition
class QuantizeOp(KernelOp):
    """f32 to u8: `clamp(rint(x / scale) + zero_point, qmin, qmax)`; NaN gives qmin."""

    name = "kernel.quantize"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    scale = prop_def(FloatAttr[Float32Type])
    zero_point = prop_def(IntegerAttr[I64])
    qmin = prop_def(IntegerAttr[I64])
    qmax = prop_def(IntegerAttr[I64])

    def __init__(
        self,
        input: SSAValue,
        output: SSAValue,
        scale: float,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, output],
            properties={
                "scale": FloatAttr(scale, f32),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )


@irdl_op_definition
class DequantizeOp(KernelOp):
    """u8 to f32: `f32(q - zero_point) * scale`."""

    name = "kernel.dequantize"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    scale = prop_def(FloatAttr[Float32Type])
    zero_point = prop_def(IntegerAttr[I64])

    def __init__(self, input: SSAValue, output: SSAValue, scale: float, zero_point: int):
        super().__init__(
            operands=[input, output],
            properties={"scale": FloatAttr(scale, f32), "zero_point": i64_attr(zero_point)},
        )


@irdl_op_definition
class DenseOp(KernelOp):
    """Linear and conv2d: exact integer sums, then one requantization.

        acc = init[o] + sum x[n, g*I + i, y*sy + ky*dy, x*sx + kx*dx] * w[o, i, ky, kx]
        out = clamp(rint((f32(acc) + bias[o]) * mult[o]) + zero_point, qmin, qmax)

    `weights` is the flat array of `layout.blocked`; `init` (i32), `mult` (f32) and `bias` (f32, or
    absent) have one value for each lane of each block. The input operand's element (0, 0, 0, 0) is
    the top left tap of the first output: padding is already outside.
    """

    name = "kernel.dense"

    input = operand_def(BufferConstr)
    weights = operand_def(BufferConstr)
    init = operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    bias = opt_operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    kernel = prop_def(IntsConstr, default_value=ONES)
    stride = prop_def(IntsConstr, default_value=ONES)
    dilation = prop_def(IntsConstr, default_value=ONES)
    groups = prop_def(IntegerAttr[I64], default_value=i64_attr(1))
    lanes = prop_def(IntegerAttr[I64])
    zero_point = prop_def(IntegerAttr[I64])
    qmin = prop_def(IntegerAttr[I64])
    qmax = prop_def(IntegerAttr[I64])

    def __init__(
        self,
        input: SSAValue,
        weights: SSAValue,
        init: SSAValue,
        mult: SSAValue,
        bias: SSAValue | None,
        output: SSAValue,
        *,
        kernel: Ints,
        stride: Ints,
        dilation: Ints,
        groups: int,
        lanes: int,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, weights, init, mult, bias, output],
            properties={
                "kernel": kernel,
                "stride": stride,
                "dilation": dilation,
                "groups": i64_attr(groups),
                "lanes": i64_attr(lanes),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )


@irdl_op_definition
class MaxPoolOp(KernelOp):
    """Maximum over windows. `rows` [H', 2] and `columns` [W', 2] (i32) hold, for each output row
    and column, the first input row (column) of its window and how many there are, `step` apart."""

    name = "kernel.max_pool"

    input = operand_def(BufferConstr)
    rows = operand_def(BufferConstr)
    columns = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    step = prop_def(IntsConstr, default_value=ONES)

    def __init__(
        self, input: SSAValue, rows: SSAValue, columns: SSAValue, output: SSAValue, step: Ints
    ):
        super().__init__(operands=[input, rows, columns, output], properties={"step": step})


@irdl_op_definition
class AvgPoolOp(KernelOp):
    """Average over windows given as for `kernel.max_pool`:

    out = clamp(rint(f32(sum (x - input_zero_point)) * mult[y, x]) + zero_point, qmin, qmax)
    """

    name = "kernel.avg_pool"

    input = operand_def(BufferConstr)
    rows = operand_def(BufferConstr)
    columns = operand_def(BufferConstr)
    mult = operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    input_zero_point = prop_def(IntegerAttr[I64])
    zero_point = prop_def(IntegerAttr[I64])
    qmin = prop_def(IntegerAttr[I64])
    qmax = prop_def(IntegerAttr[I64])

    def __init__(
        self,
        input: SSAValue,
        rows: SSAValue,
        columns: SSAValue,
        mult: SSAValue,
        output: SSAValue,
        *,
        input_zero_point: int,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, rows, columns, mult, output],
            properties={
                "input_zero_point": i64_attr(input_zero_point),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )


Kernel = Dialect(
    "kernel",
    [
        ProgramOp,
        ViewOp,
        FillHaloOp,
        CopyOp,
        ClampOp,
        QuantizeOp,
        DequantizeOp,
        DenseOp,
        MaxPoolOp,
        AvgPoolOp,
    ],
    [],
)
