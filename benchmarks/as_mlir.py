"""A problem as level-1 MLIR text: quantize/dequantize pairs around one float op.

Images come and go as the kernels hold them, channels innermost and with a halo as wide as the
padding, so that the op is timed and not conversions at its edges.
"""

from __future__ import annotations

from benchmarks.problems import (
    INPUT_SCALE,
    WEIGHT_SCALE,
    ZERO_POINT,
    Conv,
    Problem,
    output_scale,
)


def module_text(problem: Problem) -> str:
    """One public function `main`, quantized tensors in and out."""
    channels = problem.weight_shape[0]
    scales = ",".join([str(WEIGHT_SCALE)] * channels)
    layout = halo = ""
    if isinstance(problem, Conv):
        layout = ", #layout.nhwc"
        halo = f"{layout}<halo = {[problem.padding] * 4}>" if problem.padding else layout
    x, w, y = (
        "x".join(map(str, shape))
        for shape in (problem.input_shape, problem.weight_shape, problem.output_shape)
    )
    weight = problem.weight.tobytes().hex().upper()
    return f"""
!x = !quant.uniform<u8:f32, {INPUT_SCALE}:{ZERO_POINT}>
!w = !quant.uniform<i8:f32:0, {{{scales}}}>
!y = !quant.uniform<u8:f32, {output_scale(problem.terms)}:{ZERO_POINT}>
func.func @main(%x_q: tensor<{x}x!x{halo}>) -> tensor<{y}x!y{layout}> {{
  %x = quant.dcast %x_q : tensor<{x}x!x{halo}> to tensor<{x}xf32>
  %w_i = arith.constant dense<"0x{weight}"> : tensor<{w}xi8>
  %w_q = quant.scast %w_i : tensor<{w}xi8> to tensor<{w}x!w>
  %w = quant.dcast %w_q : tensor<{w}x!w> to tensor<{w}xf32>
  %b = arith.constant dense<0.5> : tensor<{channels}xf32>
  %y = {_op(problem)}
    : (tensor<{x}xf32>, tensor<{w}xf32>, tensor<{channels}xf32>) -> tensor<{y}xf32>
  %y_q = quant.qcast %y : tensor<{y}xf32> to tensor<{y}x!y{layout}>
  return %y_q : tensor<{y}x!y{layout}>
}}
"""


def _op(problem: Problem) -> str:
    if not isinstance(problem, Conv):
        return "nn.linear %x, %w, %b"
    p, s, d = problem.padding, problem.stride, problem.dilation
    return (
        f"nn.conv2d %x, %w, %b {{stride = array<i64: {s}, {s}>,"
        f" padding = array<i64: {p}, {p}, {p}, {p}>, dilation = array<i64: {d}, {d}>,"
        f" groups = {problem.groups} : i64}}"
    )
