"""What PyTorch's passes do with what our text cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from .torch_graph import Builder, torch

pytestmark = pytest.mark.usefixtures("fbgemm")


def added(alpha: float) -> set[str]:
    """The ops that a sum of two quantized tensors becomes."""
    builder = Builder(torch._C.Graph())
    operands = [builder.op("aten::dequantize", builder.graph.addInput(name)) for name in "ab"]
    result = builder.op("aten::add", *operands, alpha)
    quantized = builder.op("aten::quantize_per_tensor", result, 0.5, 3, 13)
    builder.graph.registerOutput(quantized)
    torch._C._jit_pass_quant_fusion(builder.graph)
    return {node.kind() for node in builder.graph.nodes()} - {"prim::Constant"}


@pytest.mark.parametrize("alpha", [2, 1.0])
def test_alpha_other_than_the_integer_1_stays_in_float(alpha: float):
    assert added(1) == {"quantized::add"}
    assert "aten::add" in added(alpha)


def convolved(padding: Any) -> Any:
    """A convolution of quantized tensors whose weight is packed and unpacked."""
    builder = Builder(torch._C.Graph())
    x, w = (builder.op("aten::dequantize", builder.graph.addInput(name)) for name in "xw")
    result = builder.op("aten::conv2d", x, w, None, [1, 1], padding, [1, 1], 1)
    builder.graph.registerOutput(result)
    torch._C._jit_pass_insert_prepack_unpack(builder.graph)
    function = torch._C._create_function_from_graph("f", builder.graph)
    ones = torch.ones(1, 1, 3, 3)
    dtypes = (torch.quint8, torch.qint8)
    return function(*(torch.quantize_per_tensor(ones, 1.0, 0, dtype) for dtype in dtypes))


def test_padding_same_does_not_run():
    assert convolved([1, 1]).shape == (1, 1, 3, 3)
    with pytest.raises(RuntimeError, match=r"conv2d_prepack"):
        convolved("same")
