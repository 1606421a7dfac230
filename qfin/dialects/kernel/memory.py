"""What a program is, and where its buffers lie: `kernel.program`, `kernel.view`."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    ArrayAttr,
    DenseIntOrFPElementsAttr,
    FlatSymbolRefAttrConstr,
    FunctionType,
    StringAttr,
    SymbolRefAttr,
    i8,
    i16,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.kernel.buffers import (
    BufferConstr,
    item_size,
    memref_of,
    strides_of,
    verify_halo,
    verify_stored,
)
from qfin.dialects.kernel.state import StateOp, strings, verify_bytes
from qfin.dialects.tensors import (
    NO_PADDING,
    Expected,
    IntConstr,
    Ints,
    IntsConstr,
    i64_attr,
)

NO_NAMES: ArrayAttr[StringAttr] = ArrayAttr(())


@irdl_op_definition
class ProgramOp(IRDLOperation):
    """What a caller must know of one compiled function.

    `entry` takes a pointer for each input, for each output, for the arena, for the constants,
    in this order, and last, in a module with a `kernel.state`, for the state. `signature` is the
    function's type as it was written; the arena's size is in bytes, and it is aligned to 64.
    `loads` are the globals that it loads before it stores them, `stores` those that it stores. It
    runs on `threads` threads at most; with more than one it calls `@qfin_parallel_for`. Without
    `constants` of its own it takes those of the module's `kernel.state`.

        kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>,
          input_names = ["x"], output_names = ["y"], target = "avx2", arena = 128 : i64,
          constants = dense<0> : tensor<64xi8>}
    """

    name = "kernel.program"

    entry = prop_def(Expected(FlatSymbolRefAttrConstr, "the name of a function"))
    signature = prop_def(FunctionType)
    input_names = prop_def(ArrayAttr[StringAttr])
    output_names = prop_def(ArrayAttr[StringAttr])
    target = prop_def(StringAttr)
    arena = prop_def(IntConstr)
    constants = opt_prop_def(DenseIntOrFPElementsAttr)
    loads = prop_def(ArrayAttr[StringAttr], default_value=NO_NAMES)
    stores = prop_def(ArrayAttr[StringAttr], default_value=NO_NAMES)
    threads = prop_def(IntConstr, default_value=i64_attr(1))

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
        constants: DenseIntOrFPElementsAttr | None,
        loads: Sequence[str] = (),
        stores: Sequence[str] = (),
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
                "loads": strings(loads),
                "stores": strings(stores),
            }
        )

    def verify_(self) -> None:
        _verify_names("input", self.input_names, len(self.signature.inputs))
        _verify_names("output", self.output_names, len(self.signature.outputs))
        if self.arena.value.data < 0:
            raise VerifyException(f"the arena has a size >= 0, got {self.arena.value.data}")
        if self.threads.value.data < 1:
            raise VerifyException(f"threads are at least 1, got {self.threads.value.data}")
        verify_bytes("constants are", self.constants)
        if self.constants is None and not self._shares_constants():
            raise VerifyException("constants are absent, and no kernel.state of the module has any")

    def _shares_constants(self) -> bool:
        beside = self.parent.ops if self.parent else ()
        return any(isinstance(op, StateOp) and op.constants is not None for op in beside)


def _verify_names(what: str, names: ArrayAttr[StringAttr], count: int) -> None:
    given = [name.data for name in names]
    if len(given) != count:
        raise VerifyException(
            f"{len(given)} {what} names for {count} {what}s of the signature: {given}"
        )
    if len(set(given)) != count:
        raise VerifyException(f"two {what}s have the same name: {given}")


@irdl_op_definition
class ViewOp(IRDLOperation):
    """A buffer inside of a larger one; see the top of `qfin.dialects.kernel`.

    %v = kernel.view %arena {offset = 64 : i64}
      : memref<8192xi8> -> memref<1x16x8x8xi8, strided<[1024, 1, 128, 16]>>
    """

    name = "kernel.view"

    base = operand_def(BufferConstr)
    result = result_def(BufferConstr)
    offset = prop_def(IntConstr, default_value=i64_attr(0))
    halo = prop_def(IntsConstr, default_value=NO_PADDING)
    slack = prop_def(IntConstr, default_value=i64_attr(0))

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

    def verify_(self) -> None:
        offset, slack = self.offset.value.data, self.slack.value.data
        if self.halo != NO_PADDING:
            verify_halo(self.result, self.halo)
        if offset < 0 or slack < 0:
            raise VerifyException(f"offset and slack are bytes >= 0, got {offset} and {slack}")
        if memref_of(self.result).element_type != i16:  # which only kernels give each other
            verify_stored("result", self.result)
        base, result = memref_of(self.base), memref_of(self.result)
        if base.element_type not in (i8, result.element_type):
            raise VerifyException(f"base must hold bytes or what the result does, got {base}")
        item = item_size(self.result)
        if offset % item:
            raise VerifyException(f"offset {offset} is not aligned to elements of {item} bytes")
        first, end = self._extent()
        if offset + first * item < 0:
            raise VerifyException("the halo begins before the base")
        size = prod(base.get_shape()) * item_size(self.base)
        if DYNAMIC_INDEX not in base.get_shape() and offset + end * item + slack > size:
            raise VerifyException(
                f"the buffer ends {offset + end * item + slack} bytes into a base of {size}"
            )

    def _extent(self) -> tuple[int, int]:
        """The first and the end of the elements, halo included, from element (0, 0, ...)."""
        shape, strides = memref_of(self.result).get_shape(), strides_of(self.result)
        if 0 in shape:
            return 0, 0
        reach = [(size - 1) * stride for size, stride in zip(shape, strides, strict=True)]
        first = sum(min(0, distance) for distance in reach)
        end = 1 + sum(max(0, distance) for distance in reach)
        if self.halo == NO_PADDING:
            return first, end
        halo = self.halo.get_values()
        before = sum(size * stride for size, stride in zip(halo[::2], strides[2:], strict=True))
        after = sum(size * stride for size, stride in zip(halo[1::2], strides[2:], strict=True))
        return -before, end + after
