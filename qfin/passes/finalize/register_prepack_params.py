"""`register-prepack-params`: packed weights of a method become variables of the module."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, GlobalOp, GlobalStoreOp
from qfin.dialects.quant.dynamic import QuantizeOp
from qfin.dialects.quant.packed import PrepackOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp
from qfin.dialects.quant.packed_type import LINEAR_FP16
from qfin.errors import PassError, describe
from qfin.passes.finalize.groups import constant_of, defining
from qfin.passes.finalize.method import quantize_method
from qfin.passes.finalize.symbols import symbols


def register_prepack_params(module: ModuleOp, function: func.FuncOp) -> None:
    """Stores each packed weight of `function`, and gives those who use it what is stored.

    Before:

        %p = quant.prepack_dynamic %wq, %s, %b : (...) -> !quant.packed<linear, ...>
        %y = quant.linear_dynamic %x, %p : (...) -> tensor<1x10xf32>

    After:

        ml_program.global private mutable @_quantize_forward_ondevice_ptq_packed_weight_0
          : !quant.packed<linear, ...>

        %p = quant.prepack_dynamic %wq, %s, %b : (...) -> !quant.packed<linear, ...>
        ml_program.global_store @_quantize_forward_ondevice_ptq_packed_weight_0 = %p : ...
        %0 = ml_program.global_load @_quantize_forward_ondevice_ptq_packed_weight_0 : ...
        %y = quant.linear_dynamic %x, %0 : (...) -> tensor<1x10xf32>

    Raises PassError as `packed_weights` does, before anything is changed.
    """
    found = packed_weights(function)
    taken = set(symbols(module))
    base = f"_{function.sym_name.data}_ondevice_ptq_packed_weight_"
    names = (name for n in count() if (name := f"{base}{n}") not in taken)
    for prepack, name in zip(found, names, strict=False):
        packed = prepack.result
        variable = GlobalOp(name, packed.type, mutable=True)
        load = GlobalLoadOp(name, packed.type)
        packed.replace_all_uses_with(load.result)
        store = GlobalStoreOp(name, packed)
        for op in (variable, load, store):
            op.location = prepack.location
        load.result.name_hint = packed.name_hint
        Rewriter.insert_op(variable, InsertPoint.before(function))
        Rewriter.insert_op([store, load], InsertPoint.after(prepack))


def packed_weights(function: func.FuncOp) -> list[PrepackDynamicOp]:
    """What packs the int8 weights of `function`. Those of f16 are left alone: they have no
    parameters to choose.

    Raises PassError for a weight that is no global's or has its parameters in its type, for a bias
    that depends on the arguments, and for a packed value that is used by anything but a layer.
    """
    for op in function.walk():
        if isinstance(op, PrepackOp) and op.result.type.op.data != LINEAR_FP16:
            raise PassError(
                f"{describe(op)}: the parameters of the weight are in its type: choose them by"
                " quant.choose_qparams, and quantize by quant.quantize; what is constant,"
                " finalize{quant-type=dynamic} packs"
            )
    found = [op for op in function.walk() if isinstance(op, PrepackDynamicOp)]
    for prepack in found:
        _check(prepack, function)
    return found


def _check(prepack: PrepackDynamicOp, function: func.FuncOp) -> None:
    where = describe(prepack)
    quantize = defining(prepack.weight)
    source = quantize.input if isinstance(quantize, QuantizeOp) else prepack.weight
    load = defining(source)
    if not isinstance(load, GlobalLoadOp | GlobalLoadConstOp) or source is prepack.weight:
        raise PassError(
            f"{where}: the weight is not quantized here from a global, but {_origin(source)}: make"
            " it an ml_program.global of floats, loaded and quantized in"
            f" @{function.sym_name.data}; what is constant, finalize{{quant-type=dynamic}} packs"
        )
    if prepack.bias is not None and _depends_on_arguments(prepack.bias, function):
        raise PassError(
            f"{where}: the bias depends on the arguments of @{function.sym_name.data}, and would be"
            " packed once for all calls: load it from a global, or add it after the layer"
        )
    for use in prepack.result.uses:
        if isinstance(use.operation, GlobalStoreOp | func.ReturnOp | func.CallOp):
            raise PassError(
                f"{where}: the packed weight is also used by {describe(use.operation)}: take that"
                " out, since it is stored in a global of its own, which layers alone load"
            )


def _origin(value: SSAValue) -> str:
    """Where a weight comes from that is no global's."""
    if constant_of(value) is not None:
        return "a constant"
    made_by = defining(value)
    return "an argument" if made_by is None else f"made by {describe(made_by)}"


def _depends_on_arguments(value: SSAValue, function: func.FuncOp) -> bool:
    pending, seen = [value], set[Operation]()
    while pending:
        owner = pending.pop().owner
        if isinstance(owner, Block):
            return True
        if owner not in seen:
            seen.add(owner)
            pending += [v for op in owner.walk() for v in op.operands]
    return False


@dataclass(frozen=True)
class RegisterPrepackParamsPass(ModulePass):
    """Store each packed weight of @quantize_<method-name> in a global, and load it for its uses."""

    name = "register-prepack-params"

    method_name: str = "forward"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        register_prepack_params(op, quantize_method(op, self.method_name))
