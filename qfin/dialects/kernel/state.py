"""What the functions of a module share between calls: `kernel.state`."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import ArrayAttr, DenseIntOrFPElementsAttr, StringAttr, i8
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    opt_prop_def,
    prop_def,
)
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import IntsConstr, ints


@irdl_op_definition
class StateOp(IRDLOperation):
    """The memory of a module's variables, which every function of the module takes as its last
    pointer; a caller keeps it from call to call, aligned to 64.

    `names` are the globals in it, `offsets` their bytes in `initial`, which is what the memory
    holds at first. Those that `unset` names have no initial value (their bytes are 0): a
    function that loads one may run only after one that stores it, as `kernel.program` says.
    `constants` are those of all programs that have none of their own: functions that share
    variables run together, and then equal weights are stored once.

        kernel.state {names = ["count"], offsets = array<i64: 0>, unset = [],
          initial = dense<0> : tensor<128xi8>, constants = dense<1> : tensor<64xi8>}
    """

    name = "kernel.state"

    names = prop_def(ArrayAttr[StringAttr])
    offsets = prop_def(IntsConstr)
    unset = prop_def(ArrayAttr[StringAttr])
    initial = prop_def(DenseIntOrFPElementsAttr)
    constants = opt_prop_def(DenseIntOrFPElementsAttr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "attr-dict"

    def __init__(
        self,
        names: Sequence[str],
        offsets: Sequence[int],
        unset: Sequence[str],
        initial: DenseIntOrFPElementsAttr,
        constants: DenseIntOrFPElementsAttr | None = None,
    ):
        super().__init__(
            properties={
                "names": strings(names),
                "offsets": ints(*offsets),
                "unset": strings(unset),
                "initial": initial,
                "constants": constants,
            }
        )

    def verify_(self) -> None:
        names, offsets = [name.data for name in self.names], self.offsets.get_values()
        if len(names) != len(offsets):
            raise VerifyException(f"{len(offsets)} offsets for the names {self.names}")
        if len(set(names)) != len(names):
            raise VerifyException(f"two globals have the same name: {self.names}")
        verify_bytes("the state is", self.initial)
        verify_bytes("constants are", self.constants)
        size = self.initial.get_shape()[0]
        if bad := [offset for offset in offsets if not 0 <= offset < size]:
            raise VerifyException(f"offset {bad[0]} lies outside of {size} bytes")
        if bad := [name.data for name in self.unset if name.data not in names]:
            raise VerifyException(f"'{bad[0]}' is unset, but is not among the names")


def verify_bytes(what: str, value: DenseIntOrFPElementsAttr | None) -> None:
    """Raises VerifyException for what is there and is no row of bytes."""
    if value is not None and (value.get_element_type() != i8 or len(value.get_shape()) != 1):
        raise VerifyException(f"{what} i8 values in a row, got {value.type}")


def strings(values: Sequence[str]) -> ArrayAttr[StringAttr]:
    return ArrayAttr(StringAttr(value) for value in values)
