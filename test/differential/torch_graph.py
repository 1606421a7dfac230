"""A function of ours as a module of TorchScript, and what PyTorch's own passes make of it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from xdsl.dialects import arith, func
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Operation, SSAValue

from qfin.dialects import nn, quant
from qfin.dialects.nn.joining import CatOp, StackOp
from qfin.dialects.tensors import shape_of
from qfin.dialects.uniform import UniformType
from qfin.interpreter.arrays import dense_to_numpy
from qfin.passes.finalize.groups import constant_of, element_type

from .torch_ops import Unsayable, call

torch: Any = pytest.importorskip("torch")

Array = NDArray[Any]

DTYPES = {"int8": 12, "uint8": 13, "int32": 14}
"""How TorchScript writes qint8, quint8 and qint32, by what they store."""

LISTS = {"aten::split_with_sizes", "aten::chunk"}
"""They give a list of tensors."""
_LOOKS = {"aten::dequantize", "aten::q_scale", "aten::q_zero_point", "prim::dtype"}
"""They read a quantized tensor, and are not ops on quantized values."""


def quantized(values: Array, element: UniformType) -> Any:
    """A quantized tensor that stores `values`."""
    stored = torch.from_numpy(np.array(values, element.storage_dtype))
    if not element.is_per_axis:
        return torch._make_per_tensor_quantized_tensor(stored, element.scale, element.zero_point)
    scales = torch.tensor(list(element.scales), dtype=torch.float64)
    zeros = torch.tensor([int(z) for z in element.zero_points], dtype=torch.int64)
    return torch._make_per_channel_quantized_tensor(stored, scales, zeros, element.axis)


def tensor(values: Array) -> Any:
    """A tensor of its own."""
    return torch.from_numpy(np.array(values))


def _fits_pattern(clamp: nn.ClampOp) -> bool:
    """Whether PyTorch would fuse a clamp once its bounds are rounded to stored values. Where it
    does not, they should stay what they are: we do not round them."""
    users = [use.operation for use in clamp.result.uses]
    if clamp.min is None or clamp.max is None or len(users) != 1:
        return False
    if not isinstance(clamp.input.owner, quant.DCastOp):
        return False
    element = element_type(users[0].results[0]) if users[0].results else None
    return isinstance(element, UniformType) and not element.is_per_axis


class Builder:
    """Adds nodes to a graph of TorchScript."""

    def __init__(self, graph: Any):
        self.graph = graph

    def op(self, kind: str, *arguments: Any, results: int = 1) -> Any:
        """A node; its result, or a list of them."""
        operands = [self.value(a) for a in arguments]
        node = self.graph.create(kind, operands, results)
        self.graph.insertNode(node)
        outputs = list(node.outputs())
        return outputs[0] if results == 1 else outputs

    def value(self, argument: Any) -> Any:
        """A value of the graph: itself, or a constant."""
        if isinstance(argument, torch._C.Value):
            return argument
        if argument == []:
            return self.typed("prim::ListConstruct", torch._C.ListType.ofInts())
        return self.graph.insertConstant(argument)

    def typed(self, kind: str, type: Any, *arguments: Any) -> Any:
        result = self.op(kind, *arguments)
        result.setType(type if isinstance(type, torch._C.Type) else type.get())
        return result

    def list(self, values: Sequence[Any]) -> Any:
        result = self.op("prim::ListConstruct", *values)
        result.setType(torch._C.ListType(torch._C.TensorType.get()))
        return result

    def parts(self, kind: str, result: Any, count: int) -> list[Any]:
        """The results of an op: `count` of a list, or the only one."""
        if kind not in LISTS:
            return [result]
        result.setType(torch._C.ListType(torch._C.TensorType.get()))
        parts = self.op("prim::ListUnpack", result, results=count)
        return [parts] if count == 1 else parts

    def end(self, *results: Any) -> None:
        """Puts these in the place of what the graph returned."""
        self.graph.eraseOutput(0)
        for result in results:
            self.graph.registerOutput(result)
        if len(results) > 1:
            self.graph.makeMultiOutputIntoTuple()


class Script(Builder):
    """The graph of the function `main` of a module of level 1.

    `carried` applies the float ops that move values to quantized tensors, which is what PyTorch
    does before finalize, where it inserts the quantizes.
    """

    def __init__(self, module: ModuleOp, *, carried: bool = False):
        class Empty(torch.nn.Module):
            def forward(self, x):  # pyright: ignore
                return x

        self.module = torch.jit.script(Empty())
        super().__init__(self.module.graph)
        self.carried = carried
        (function,) = (op for op in module.walk() if isinstance(op, func.FuncOp))
        (self.argument,) = function.body.block.args
        self.of: dict[SSAValue, Any] = {self.argument: list(self.graph.inputs())[1]}
        """Values of the graph; of a number, itself."""
        for op in function.body.block.ops:
            self.translate(op)

    def translate(self, op: Operation) -> None:
        match op:
            case func.ReturnOp():
                self.end(*(self.of[value] for value in op.operands))
            case arith.ConstantOp() | quant.SCastOp() | quant.ChooseQParamsOp():
                self.constant(op)
            case quant.DCastOp():
                self.of[op.result] = self.dequantize(op)
            case quant.QCastOp():
                self.of[op.result] = self.quantize(op)
            case quant.QuantizeOp():
                scale, zero = (self.of[value] for value in op.operands[1:])
                stored = self.op("aten::quantize_per_tensor", self.of[op.input], scale, zero, 13)
                self.of[op.results[0]] = stored
            case quant.DequantizeOp():
                self.of[op.results[0]] = self.op("aten::dequantize", self.of[op.input])
            case nn.SaturateToFp16Op():
                half = self.op("aten::_saturate_weight_to_fp16", self.of[op.input])
                self.of[op.result] = half
            case nn.ToOp():  # the other has made them f32 already
                self.of[op.result] = self.of[op.input]
            case CatOp() | StackOp():
                self.join(op)
            case _:
                self.float_op(op)

    def constant(self, op: Operation) -> None:
        """A tensor of floats, a number where there are no dimensions, or a quantized tensor."""
        if isinstance(op, quant.ChooseQParamsOp):
            if constant_of(op.input) is not None:
                raise Unsayable("weights that are quantized at run time")
            kind = "aten::_choose_qparams_per_tensor"
            reduced = op.reduce_range is not None
            scale, zero = self.op(kind, self.of[op.input], reduced, results=2)
            scale.setType(torch._C.FloatType.get())
            zero.setType(torch._C.IntType.get())
            self.of.update(zip(op.results, (scale, zero), strict=True))
            return
        constant = constant_of(op.results[0])
        assert constant is not None
        values, element = dense_to_numpy(constant), element_type(op.results[0])
        if isinstance(element, UniformType):
            if element.is_per_axis and values.size == 1:
                raise Unsayable("one weight, per channel: its unpack drops all dimensions")
            if element.storage_dtype != np.int32:  # else a bias, of which floats are written
                self.of[op.results[0]] = self.value(quantized(values, element))
        elif values.dtype == np.float32:  # else stored numbers, which an scast reads
            binary = (nn.AddOp, nn.SubOp, nn.MulOp)
            number = all(isinstance(use.operation, binary) for use in op.results[0].uses)
            self.of[op.results[0]] = (
                values.item() if number and values.size == 1 else self.value(tensor(values))
            )

    def dequantize(self, op: quant.DCastOp) -> Any:
        if op.input in self.of:
            return self.op("aten::dequantize", self.of[op.input])
        constant, element = constant_of(op.input), element_type(op.input)
        assert constant is not None
        assert isinstance(element, UniformType)
        scales = np.asarray(element.scales, np.float32)  # of a bias: one, or one for each element
        floats = dense_to_numpy(constant).astype(np.float32) * scales
        return self.value(tensor(floats))

    def quantize(self, op: quant.QCastOp) -> Any:
        """With parameters read from the input where they are the input's, as PyTorch writes."""
        value, element = self.of[op.input], element_type(op.result)
        assert isinstance(element, UniformType)
        number = DTYPES[element.storage_dtype.name]
        if element.is_per_axis:
            scales, zeros = map(torch.tensor, (list(element.scales), list(element.zero_points)))
            kind = "aten::quantize_per_channel"
            return self.op(kind, value, scales, zeros.int(), element.axis, number)
        parameters = [element.scale, element.zero_point, number]
        if element == element_type(self.argument):
            parameters = self.parameters()
        return self.op("aten::quantize_per_tensor", value, *parameters)

    def parameters(self) -> list[Any]:
        """Scale, zero point and dtype, read from the argument."""
        x = self.of[self.argument]
        return [
            self.typed("aten::q_scale", torch._C.FloatType, x),
            self.typed("aten::q_zero_point", torch._C.IntType, x),
            self.typed("prim::dtype", torch._C.IntType, x),
        ]

    def join(self, op: CatOp | StackOp) -> None:
        """Dequantizes a list of quantized tensors, where PyTorch puts it."""
        stored: list[Any] = []
        for value in op.inputs:
            assert isinstance(value.owner, quant.DCastOp)
            stored.append(self.of[value.owner.input])
        floats = self.op("aten::dequantize", self.list(stored))
        floats.setType(torch._C.ListType(torch._C.TensorType.get()))
        kind, arguments = call(op, [floats])
        self.of[op.result] = self.op(kind, *arguments)

    def float_op(self, op: Operation) -> None:
        operands = [self.of[value] for value in op.operands]
        cast = op.operands[0].owner if self.carried else None
        if isinstance(cast, quant.DCastOp):
            operands[0] = self.of[cast.input]
        elif isinstance(op, nn.ClampOp) and _fits_pattern(op):
            operands += map(self.bound, (op.min, op.max))
            self.of[op.result] = self.op("aten::clamp", *operands)
            return
        kind, arguments = call(op, operands)
        result = self.parts(kind, self.op(kind, *arguments), len(op.results))[0]
        moved = isinstance(cast, quant.DCastOp)
        self.of[op.results[0]] = self.op("aten::dequantize", result) if moved else result

    def bound(self, number: Any) -> Any:
        """A bound of a clamp, quantized with the input's parameters as PyTorch does it."""
        none = self.graph.insertConstant(None)
        scalar = self.op("aten::scalar_tensor", number.value.data, 6, none, none, none)
        stored = self.op("aten::quantize_per_tensor", scalar, *self.parameters())
        back = self.op("aten::dequantize", stored)
        return self.typed("aten::item", torch._C.FloatType, back)


class Finalized:
    """What PyTorch's finalize makes of a script."""

    def __init__(self, script: Script, quant_type: str = "static"):
        types: Any = import_module("torch.ao.quantization.quant_type")
        graph = script.graph
        graph.lint()
        self.text = str(graph)
        torch._C._jit_pass_replicate_dequantize(graph)
        type = getattr(types.QuantType, quant_type.upper())
        module = torch._C._jit_pass_quant_finalize(script.module._c, int(type), [])
        self.method = module._get_method("forward")
        self.graph = self.method.graph
        element = script.argument.type
        assert isinstance(element, TensorType)
        self.element = element.element_type

    def ops(self) -> set[str]:
        """The names of the ops that are applied to quantized values, or quantize at run time."""
        inside: set[Any] = set()
        if isinstance(self.element, UniformType):
            inside.add(list(self.graph.inputs())[1].unique())
        found: set[str] = set()
        for node in self.graph.nodes():
            kind = node.kind()
            outputs = [value.unique() for value in node.outputs()]
            if "prepack" in kind or kind.endswith("unpack"):
                continue
            if kind == "prim::Constant":
                value = node.output().toIValue()
                if isinstance(value, torch.Tensor) and value.is_quantized:
                    inside.update(outputs)
            elif kind == "aten::quantize_per_tensor":
                inside.update(outputs)
            elif kind.startswith("quantized::"):
                found.add(kind)
                if "_dynamic" not in kind:
                    inside.update(outputs)
            elif kind not in _LOOKS and any(v.unique() in inside for v in node.inputs()):
                inside.update(outputs)
                if kind.startswith("aten::"):
                    found.add(kind)
        return found

    def run(self, x: Array) -> Any:
        """The result for stored numbers, or floats."""
        argument = torch.from_numpy(x)
        if isinstance(self.element, UniformType):
            argument = quantized(x, self.element)
        with torch.jit.optimized_execution(False):  # of one run, it is the longest part
            return self.method(argument)


def is_moved(op: Operation) -> bool:
    """Whether PyTorch's insertion of quantizes puts an op behind a quantized one, a hardswish, on
    quantized values. The observers see zeros."""
    ao: Any = import_module("torch.ao.quantization")
    jit: Any = import_module("torch.ao.quantization.quantize_jit")

    class Hardswish(torch.nn.Module):
        def forward(self, x):  # pyright: ignore
            return torch.nn.functional.hardswish(x)

    module = torch.jit.script(Hardswish()).eval()
    builder = Builder(module.graph)
    (output,) = builder.graph.outputs()
    kind, arguments = call(op, [output])
    builder.end(builder.parts(kind, builder.op(kind, *arguments), len(op.results))[0])
    config = ao.QConfig(ao.default_observer, ao.default_weight_observer)
    prepared = jit.prepare_jit(module, {"": config})
    prepared(torch.zeros(shape_of(op.operands[0])))
    (node,) = jit.convert_jit(prepared).graph.findAllNodes(kind)
    return node.inputsAt(0).node().kind() == "quantized::hardswish"
