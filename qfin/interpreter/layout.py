"""What the ops of the `layout` dialect mean: nothing, since values stand in logical order."""

from __future__ import annotations

from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)

from qfin.dialects.layout import ToNchwOp, ToNhwcOp


@register_impls
class LayoutFunctions(InterpreterFunctions):
    """The `layout` dialect."""

    @impl(ToNhwcOp)
    def run_to_nhwc(
        self, interpreter: Interpreter, op: ToNhwcOp, args: PythonValues
    ) -> PythonValues:
        return args

    @impl(ToNchwOp)
    def run_to_nchw(
        self, interpreter: Interpreter, op: ToNchwOp, args: PythonValues
    ) -> PythonValues:
        return args
