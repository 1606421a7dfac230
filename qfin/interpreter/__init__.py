"""What each op means, in numpy: the oracle that passes, kernels and importers are held against.

Levels 1 to 3 (`nn`, `quant`, `layout`, `arith.constant`, `func`) on xDSL's `Interpreter`. The value
of a tensor is an array in logical order, whatever its layout; of a quantized tensor, an
array of its storage; of a packed weight, a `Packed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import CallOp
from xdsl.interpreter import Interpreter, PythonValues
from xdsl.ir import Operation
from xdsl.utils.exceptions import InterpretationError, VerifyException

from qfin.dialects import shapes
from qfin.errors import Error, InputError, UnsupportedError, describe
from qfin.interpreter.arrays import dtype_of, element_type
from qfin.interpreter.signature import check_arguments, find_function

if TYPE_CHECKING:
    from qfin.interpreter.state import State


def register_implementations(interpreter: Interpreter, state: State | None = None) -> None:
    """Teaches `interpreter` every op of levels 1 to 3 but functions and scalar arithmetic; globals
    are those of `state`."""
    from qfin.interpreter.batch_norm import BatchNormFunctions
    from qfin.interpreter.binary import BinaryFunctions
    from qfin.interpreter.constants import ConstantFunctions
    from qfin.interpreter.convolution import ConvolutionFunctions
    from qfin.interpreter.dynamic import DynamicFunctions
    from qfin.interpreter.layout import LayoutFunctions
    from qfin.interpreter.matmul import MatmulFunctions
    from qfin.interpreter.mean import MeanFunctions
    from qfin.interpreter.movement import MovementFunctions
    from qfin.interpreter.nn import NNFunctions
    from qfin.interpreter.norm import NormFunctions
    from qfin.interpreter.pooling import PoolingFunctions
    from qfin.interpreter.prelu import PreluFunctions
    from qfin.interpreter.quant import QuantFunctions
    from qfin.interpreter.scalar import ScalarFunctions
    from qfin.interpreter.softmax import SoftmaxFunctions
    from qfin.interpreter.state import GlobalFunctions, State
    from qfin.interpreter.unary import UnaryFunctions
    from qfin.interpreter.upsample import UpsampleFunctions

    for functions in (
        GlobalFunctions(state or State()),
        LayoutFunctions(),
        NNFunctions(),
        QuantFunctions(),
        ConvolutionFunctions(),
        PoolingFunctions(),
        MeanFunctions(),
        MatmulFunctions(),
        UpsampleFunctions(),
        BinaryFunctions(),
        MovementFunctions(),
        UnaryFunctions(),
        ScalarFunctions(),
        DynamicFunctions(),
        BatchNormFunctions(),
        PreluFunctions(),
        NormFunctions(),
        SoftmaxFunctions(),
    ):
        interpreter.register_implementations(functions)
    # Where xDSL's own arith is registered, too, the constants are ours.
    interpreter.register_implementations(ConstantFunctions(), override=True)


def run(
    module: ModuleOp,
    function_name: str,
    args: Sequence[NDArray[Any]],
    state: State | None = None,
) -> tuple[NDArray[Any], ...]:
    """The results of a function, f32 or of the storage type, for arguments given likewise.

    Globals are read from and stored to `state`; without one they start anew.

    Raises InputError for a function that is not there, for arguments of the wrong count, shape or
    dtype, and of shapes with which an op that takes any has no meaning; UnsupportedError, which
    names the op, for an op without meaning, for results that no memory holds and for calls without
    end.
    """
    # Importing anything of xdsl.interpreters imports all of it (150 ms); only functions need it.
    from xdsl.interpreters.arith import ArithFunctions
    from xdsl.interpreters.func import FuncFunctions

    function = find_function(module, function_name)
    check_arguments(function, args)
    current = _CurrentOp()
    interpreter = Interpreter(module, listeners=(current,))
    interpreter.register_implementations(FuncFunctions())
    interpreter.register_implementations(ArithFunctions())
    register_implementations(interpreter, state)
    try:
        results = interpreter.call_op(function, tuple(args))
        # Copies: a result may be an argument or a constant of the module.
        types = function.function_type.outputs.data
        return tuple(
            np.array(value, dtype_of(element_type(type)))
            for value, type in zip(results, types, strict=True)
        )
    except (
        Error,
        IndexError,
        InterpretationError,
        MemoryError,
        OverflowError,
        RecursionError,
        ValueError,
        VerifyException,
    ) as error:
        raise current.explain(error) from None


class _CurrentOp(Interpreter.Listener):
    """Knows the op that runs, which xDSL's errors do not name."""

    op: Operation | None = None
    args: PythonValues = ()

    @override
    def will_interpret_op(self, op: Operation, args: PythonValues) -> None:
        self.op, self.args = op, args

    def explain(self, error: Exception) -> Error:
        """The one readable error for what xDSL raised, without the module that it attaches."""
        match error:
            case UnsupportedError():
                return UnsupportedError(error.reason, error.op or self.op)
            case Error():
                return error
            case InterpretationError() if isinstance(self.op, CallOp):
                name = self.op.callee.string_value()
                return UnsupportedError(f"@{name} has no body that could be run", self.op)
            case InterpretationError():
                return UnsupportedError("the interpreter has no meaning for it", self.op)
            case VerifyException():  # shapes that only the arguments decide
                where = "" if self.op is None else f"{describe(self.op)}: "
                return InputError(f"{where}{error}")
            case ValueError() if "array is too big" in str(error):  # more bytes than i64 counts
                return UnsupportedError("its results need more memory than there is", self.op)
            case ValueError() | IndexError():  # the same, where numpy finds it out
                where = "" if self.op is None else f"{describe(self.op)}: "
                of = [shapes.text(a.shape) for a in self.args if isinstance(a, np.ndarray)]
                return InputError(f"{where}has no meaning for shapes {', '.join(of)}: {error}")
            case MemoryError():
                return UnsupportedError("its results need more memory than there is", self.op)
            case RecursionError():
                return UnsupportedError("functions call each other too deeply, or without end")
            case _:
                return UnsupportedError(str(error), self.op)
