"""Quantization at run time: `quant.choose_qparams`, `quant.quantize`, `quant.dequantize`.

The parameters are values, a scale f32 and a zero point i32 (for each slice along an axis, where
there is one), and so cannot stand in a type: the stored tensors are of plain integers, `ui8`
or `i8`, which as everywhere in this dialect is a signed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from typing_extensions import TypeVar, override
from xdsl.dialects.builtin import (
    I64,
    Float32Type,
    IntegerAttr,
    IntegerType,
    Signedness,
    TensorType,
    UnitAttr,
    f32,
    i8,
    i32,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AttrConstraint,
    BaseAttr,
    EqAttrConstraint,
    IntConstraint,
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.irdl.constraints import VerificationContext
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.tensors import Expected, IntConstr, i64_attr, shape_of
from qfin.dialects.uniform.storage import natural_range

ui8 = IntegerType(8, Signedness.UNSIGNED)


@dataclass(frozen=True)
class _Stored(AttrConstraint[IntegerType]):
    """An integer that run-time quantization stores in."""

    @override
    def verify(self, attr: Attribute, constraint_context: VerificationContext) -> None:
        if attr not in (i8, ui8):
            raise VerifyException(f"expected ui8 or i8, got {attr}")

    @override
    def mapping_type_vars(
        self, type_var_mapping: Mapping[TypeVar, AttrConstraint | IntConstraint]
    ) -> _Stored:
        return self


F32TensorConstr = Expected(TensorType.constr(BaseAttr(Float32Type)), "a ranked tensor of f32")
StoredTensorConstr = Expected(TensorType.constr(_Stored()), "a ranked tensor of ui8 or i8")
ZeroPointConstr = Expected(TensorType.constr(EqAttrConstraint(i32)), "a ranked tensor of i32")


def verify_parameters(
    values: SSAValue, scale: SSAValue, zero_point: SSAValue | None, axis: int | None
) -> None:
    """Checks that there is one scale and one zero point, or one for each slice along `axis`.
    Raises VerifyException."""
    shape = shape_of(values)
    if axis is not None and not 0 <= axis < len(shape):
        raise VerifyException(f"axis {axis} is none of a tensor of rank {len(shape)}")
    expected = () if axis is None else (shape[axis],)
    for value, what in ((scale, "scale"), (zero_point, "zero point")):
        if value is not None and not shapes.compatible(shape_of(value), expected):
            raise VerifyException(
                f"{what} has shape {shapes.text(shape_of(value))}, expected {shapes.text(expected)}"
            )


@irdl_op_definition
class ChooseQParamsOp(IRDLOperation):
    """The scale and the zero point that fit the values of a tensor.

        %scale, %zero_point = quant.choose_qparams %x {reduce_range}
          : (tensor<2x64xf32>) -> (tensor<f32>, tensor<i32>)
        %s, %z = quant.choose_qparams %w {symmetric, axis = 0, storage = i8, quant_min = -127}
          : (tensor<10x64xf32>) -> (tensor<10xf32>, tensor<10xi32>)

    `storage` is the integer to quantize to; `quant_min` and `quant_max` narrow its range, and
    `reduce_range` halves it (0..127 of ui8, -64..63 of i8). Affine as it stands, with the rule of
    PyTorch's `_choose_qparams_per_tensor`; with `symmetric` the zero point is 0, the storage is i8,
    and the rule is that of PyTorch's weight observers. `axis` is for symmetric ones only: the
    slices along it have a scale each.

    NaN does not count, and infinities count as the largest finite value, where PyTorch raises.
    The numbers are defined by `qfin.interpreter.numerics_dynamic`.
    """

    name = "quant.choose_qparams"

    input = operand_def(F32TensorConstr)
    scale = result_def(F32TensorConstr)
    zero_point = result_def(ZeroPointConstr)

    storage = prop_def(_Stored(), default_value=ui8)
    quant_min = opt_prop_def(IntConstr)
    quant_max = opt_prop_def(IntConstr)
    reduce_range = opt_prop_def(UnitAttr)
    symmetric = opt_prop_def(UnitAttr)
    axis = opt_prop_def(IntConstr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        *,
        storage: IntegerType = ui8,
        quant_min: int | None = None,
        quant_max: int | None = None,
        reduce_range: bool = False,
        symmetric: bool = False,
        axis: int | None = None,
    ):
        shape = () if axis is None else (shape_of(input)[axis],)
        super().__init__(
            operands=[input],
            result_types=[TensorType(f32, shape), TensorType(i32, shape)],
            properties={
                "storage": storage,
                "quant_min": optional_i64(quant_min),
                "quant_max": optional_i64(quant_max),
                "reduce_range": UnitAttr() if reduce_range else None,
                "symmetric": UnitAttr() if symmetric else None,
                "axis": optional_i64(axis),
            },
        )

    @property
    def range(self) -> tuple[int, int]:
        """The smallest and the largest value that the parameters reckon with."""
        low, high = natural_range(self.storage)
        if self.reduce_range is not None:
            return int(low / 2), int(high / 2)
        low = low if self.quant_min is None else self.quant_min.value.data
        return low, high if self.quant_max is None else self.quant_max.value.data

    @override
    def verify_(self) -> None:
        verify_parameters(self.input, self.scale, self.zero_point, axis_of(self.axis))
        given = self.quant_min is not None or self.quant_max is not None
        if self.reduce_range is not None and given:
            raise VerifyException("reduce_range halves the full range: no quant_min, quant_max")
        if self.symmetric is not None and self.storage != i8:
            raise VerifyException("symmetric has a zero point of 0: storage = i8")
        if self.axis is not None and self.symmetric is None:
            raise VerifyException("parameters along an axis are symmetric ones")
        (low, high), (lowest, highest) = self.range, natural_range(self.storage)
        if not lowest <= low < high <= highest or not low <= 0 <= high:
            raise VerifyException(
                f"range {low}..{high} must hold 0 and more, and lie within {lowest}..{highest}"
            )


def optional_i64(value: int | None) -> IntegerAttr[I64] | None:
    """An i64, or nothing."""
    return None if value is None else i64_attr(value)


def axis_of(attribute: IntegerAttr[I64] | None) -> int | None:
    """The axis that an optional attribute names."""
    return None if attribute is None else attribute.value.data


class _RunTimeCast(IRDLOperation):
    """What quantize and dequantize share, but for the types of input and result."""

    axis = opt_prop_def(IntConstr)
    scale = operand_def(F32TensorConstr)
    zero_point = operand_def(ZeroPointConstr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        scale: SSAValue,
        zero_point: SSAValue,
        element: Attribute,
        axis: int | None = None,
    ):
        """The result has elements of `element` in the shape of `input`."""
        super().__init__(
            operands=[input, scale, zero_point],
            result_types=[TensorType(element, shape_of(input))],
            properties={"axis": optional_i64(axis)},
        )

    @override
    def verify_(self) -> None:
        input, result = self.operands[0], self.results[0]
        if shape_of(input) != shape_of(result):
            raise VerifyException(
                f"result has shape {shapes.text(shape_of(result))}, the input"
                f" {shapes.text(shape_of(input))}"
            )
        verify_parameters(input, self.scale, self.zero_point, axis_of(self.axis))


@irdl_op_definition
class QuantizeOp(_RunTimeCast):
    """Quantize with parameters that are known at run time:
    `clamp(rint(x / scale) + zero_point)` to the range of the result's integers.

        %q = quant.quantize %x, %scale, %zero_point
          : (tensor<2x64xf32>, tensor<f32>, tensor<i32>) -> tensor<2x64xui8>
        %wq = quant.quantize %w, %s, %z {axis = 0}
          : (tensor<10x64xf32>, tensor<10xf32>, tensor<10xi32>) -> tensor<10x64xi8>
    """

    name = "quant.quantize"

    input = operand_def(F32TensorConstr)
    scale = operand_def(F32TensorConstr)
    zero_point = operand_def(ZeroPointConstr)
    result = result_def(StoredTensorConstr)


@irdl_op_definition
class DequantizeOp(_RunTimeCast):
    """The floats that stored integers stand for: `scale * f32(q - zero_point)`.

    %x = quant.dequantize %q, %scale, %zero_point
      : (tensor<2x64xui8>, tensor<f32>, tensor<i32>) -> tensor<2x64xf32>
    """

    name = "quant.dequantize"

    input = operand_def(StoredTensorConstr)
    scale = operand_def(F32TensorConstr)
    zero_point = operand_def(ZeroPointConstr)
    result = result_def(F32TensorConstr)
