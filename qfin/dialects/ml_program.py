"""The `ml_program` dialect: a module's variables, in upstream MLIR's syntax.

xDSL's own has `global` and `global_load_const` alone. The forms with tokens (`subgraph`,
`global_load_graph` ...) are not here. Submodules are dotted names: `@fc.weight`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from typing_extensions import override
from xdsl.dialects.builtin import (
    StringAttr,
    SymbolNameConstraint,
    SymbolRefAttr,
    UnitAttr,
)
from xdsl.ir import Attribute, Dialect, Operation, ParametrizedAttribute, SSAValue, TypeAttribute
from xdsl.irdl import (
    IRDLOperation,
    irdl_attr_definition,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.parser import AttrParser, Parser
from xdsl.printer import Printer
from xdsl.traits import (
    MemoryReadEffect,
    MemoryWriteEffect,
    Pure,
    SymbolOpInterface,
    SymbolTable,
    SymbolUserOpInterface,
)
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.global_values import verify_initial

PRIVATE = StringAttr("private")


@irdl_attr_definition
class ExternAttr(ParametrizedAttribute):
    """A value that is defined elsewhere: `#ml_program.extern : tensor<4xf32>`."""

    name = "ml_program.extern"

    type: TypeAttribute

    @classmethod
    @override
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        parser.parse_punctuation(":")
        return (parser.parse_type(),)

    @override
    def print_parameters(self, printer: Printer) -> None:
        printer.print_string(" : ")
        printer.print_attribute(self.type)


@irdl_op_definition
class GlobalOp(IRDLOperation):
    """A variable of the module; one that is not `mutable` is a constant.

        ml_program.global private @fc.weight(dense<1> : tensor<2x3xi8>) : tensor<2x3x!qw>
        ml_program.global private mutable @count(dense<0> : tensor<i32>) : tensor<i32>
        ml_program.global private mutable @fc.packed : !quant.packed<linear, tensor<2x3xi8>>

    A mutable one may have no initial value: it has to be stored before it is loaded.
    """

    name = "ml_program.global"

    sym_name = prop_def(SymbolNameConstraint())
    type = prop_def(TypeAttribute)
    is_mutable = opt_prop_def(UnitAttr)
    value = opt_prop_def()
    sym_visibility = opt_prop_def(StringAttr)

    traits = traits_def(SymbolOpInterface())

    def __init__(
        self,
        sym_name: str | StringAttr,
        type: TypeAttribute,
        value: Attribute | None = None,
        *,
        mutable: bool = False,
        visibility: StringAttr | None = PRIVATE,
    ):
        super().__init__(
            properties={
                "sym_name": StringAttr(sym_name) if isinstance(sym_name, str) else sym_name,
                "type": type,
                "is_mutable": UnitAttr() if mutable else None,
                "value": value,
                "sym_visibility": visibility,
            }
        )

    def verify_(self) -> None:
        if self.value is not None:
            verify_initial(self.value, self.type)
        elif self.is_mutable is None:
            raise VerifyException("immutable global must have an initial value")

    @classmethod
    @override
    def parse(cls, parser: Parser) -> Self:
        visibility = parser.parse_visibility_keyword()
        mutable = parser.parse_optional_keyword("mutable") is not None
        name = parser.parse_symbol_name()
        value = None
        if parser.parse_optional_punctuation("("):
            value = parser.parse_attribute()
            parser.parse_punctuation(")")
        parser.parse_punctuation(":")
        type = parser.parse_type()
        op = cls(name, type, value, mutable=mutable, visibility=visibility)
        op.attributes |= parser.parse_optional_attr_dict()
        return op

    @override
    def print(self, printer: Printer) -> None:
        visibility = self.sym_visibility.data if self.sym_visibility else "public"
        printer.print_string(f" {visibility} ")
        if self.is_mutable is not None:
            printer.print_string("mutable ")
        printer.print_symbol_name(self.sym_name.data)
        if self.value is not None:
            with printer.in_parens():
                printer.print_attribute(self.value)
        printer.print_string(" : ")
        printer.print_attribute(self.type)
        printer.print_op_attributes(self.attributes)


def global_of(op: Operation, symbol: SymbolRefAttr) -> GlobalOp | None:
    """The global that `symbol` names where `op` stands."""
    found = SymbolTable.lookup_symbol(op, symbol)
    return found if isinstance(found, GlobalOp) else None


class _UsesGlobal(SymbolUserOpInterface):
    """The global is there, and may be used so."""

    @override
    def verify(self, op: Operation) -> None:
        assert isinstance(op, GlobalLoadOp | GlobalLoadConstOp | GlobalStoreOp)
        symbol = op.symbol
        found = global_of(op, symbol)
        if found is None:
            raise VerifyException(f"undefined global: {symbol}")
        if isinstance(op, GlobalLoadConstOp) and found.is_mutable is not None:
            raise VerifyException(f"cannot load as const from mutable global {symbol}")
        if isinstance(op, GlobalStoreOp):
            if found.is_mutable is None:
                raise VerifyException(f"cannot store to an immutable global {symbol}")
            if op.value.type != found.type:
                raise VerifyException(
                    f"cannot store to a global typed {found.type} from {op.value.type}"
                )
        elif op.result.type != found.type:
            raise VerifyException(f"cannot load from global typed {found.type} as {op.result.type}")


@irdl_op_definition
class GlobalLoadOp(IRDLOperation):
    """The value of a global at this moment.

    %0 = ml_program.global_load @count : tensor<i32>
    """

    name = "ml_program.global_load"

    symbol = prop_def(SymbolRefAttr, prop_name="global")
    result = result_def()

    assembly_format = "$global `:` type($result) attr-dict"
    traits = traits_def(_UsesGlobal(), MemoryReadEffect())

    def __init__(self, symbol: str | SymbolRefAttr, result_type: Attribute):
        super().__init__(properties={"global": _reference(symbol)}, result_types=[result_type])


@irdl_op_definition
class GlobalLoadConstOp(IRDLOperation):
    """The value of a global that never changes.

    %0 = ml_program.global_load_const @fc.weight : tensor<2x3x!qw>
    """

    name = "ml_program.global_load_const"

    symbol = prop_def(SymbolRefAttr, prop_name="global")
    result = result_def()

    assembly_format = "$global `:` type($result) attr-dict"
    traits = traits_def(_UsesGlobal(), Pure())

    def __init__(self, symbol: str | SymbolRefAttr, result_type: Attribute):
        super().__init__(properties={"global": _reference(symbol)}, result_types=[result_type])


@irdl_op_definition
class GlobalStoreOp(IRDLOperation):
    """Gives a mutable global a value.

    ml_program.global_store @count = %0 : tensor<i32>
    """

    name = "ml_program.global_store"

    symbol = prop_def(SymbolRefAttr, prop_name="global")
    value = operand_def()

    assembly_format = "$global `=` $value `:` type($value) attr-dict"
    traits = traits_def(_UsesGlobal(), MemoryWriteEffect())

    def __init__(self, symbol: str | SymbolRefAttr, value: SSAValue):
        super().__init__(operands=[value], properties={"global": _reference(symbol)})


def _reference(symbol: str | SymbolRefAttr) -> SymbolRefAttr:
    return SymbolRefAttr(symbol) if isinstance(symbol, str) else symbol


MLProgram = Dialect(
    "ml_program", [GlobalOp, GlobalLoadOp, GlobalLoadConstOp, GlobalStoreOp], [ExternAttr]
)
