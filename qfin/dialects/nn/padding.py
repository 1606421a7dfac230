"""`nn.pad`: values around a tensor."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import FloatAttr, StringAttr, f64
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes_movement as rules
from qfin.dialects.nn.activation import TextConstr
from qfin.dialects.nn.move import MoveOp, Shape
from qfin.dialects.tensors import IntsConstr, NumberConstr, element_type_of
from qfin.dialects.uniform import UniformType

MODES = ("constant", "reflect", "replicate")


def stored_fill(value: float, element: UniformType) -> int | None:
    """The stored number that stands for exactly `value`, or None if there is none.

    It is `rint(f32(value) / f32(scale)) + zero_point`, and dequantizes to the bits of f32(value).
    """
    with np.errstate(all="ignore"):
        exact, scale = np.float32(value), np.float32(element.scale)
        steps = np.rint(exact / scale)
        if not np.isfinite(steps) or (steps * scale).tobytes() != exact.tobytes():
            return None
    stored = int(steps) + element.zero_point
    # -0.0 steps are the zero point, which stands for 0.0.
    if (steps == 0 and np.signbit(steps)) or not (
        element.storage_min <= stored <= element.storage_max
    ):
        return None
    return stored


@irdl_op_definition
class PadOp(MoveOp):
    """More values before and after each dimension, `torch.nn.functional.pad`: `pad` begins with the
    last dimension. `constant` pads with `value`, and cuts off where `pad` is negative; `reflect`
    mirrors the tensor at its edge, which is not repeated; `replicate` repeats the edge.

    On quantized values one of them must stand for exactly `value`.

    %y = nn.pad %x {pad = array<i64: 1, 1, 2, 2>, mode = "reflect"}
      : (tensor<1x3x8x8xf32>) -> tensor<1x3x12x10xf32>
    """

    name = "nn.pad"

    pad = prop_def(IntsConstr)
    mode = prop_def(TextConstr, default_value=StringAttr("constant"))
    value = prop_def(NumberConstr, default_value=FloatAttr(0.0, f64))

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.pad(x, self.pad.get_values(), self.mode.data),)

    def verify_(self) -> None:
        if self.mode.data not in MODES:
            raise VerifyException(f"mode must be one of {', '.join(MODES)}, got {self.mode.data}")
        super().verify_()
        element = element_type_of(self.input)
        if self.mode.data != "constant" or not isinstance(element, UniformType):
            return
        if stored_fill(self.value.value.data, element) is None:
            raise VerifyException(f"no value of {element} stands for {self.value.value.data}")
