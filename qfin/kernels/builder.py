"""KernelBuilder: terse methods that make xDSL's ops, so that a kernel reads like its recipe.

Ops are made with `create`, not with their constructors, and added to the block without xDSL's
builder: a kernel has hundreds of ops, and this takes a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xdsl.dialects import func, llvm, scf
from xdsl.dialects.builtin import (
    AnyFloat,
    FloatAttr,
    LocationAttr,
    UnknownLoc,
    VectorType,
    f64,
    i1,
    i8,
    i32,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from qfin.kernels import attributes
from qfin.kernels.attributes import vector

ptr = llvm.LLVMPointerType()
Index = int | SSAValue
"""A number known now, or an i64 value."""

# The bits of the negative f32 next to 0, and how many there are up to infinity.
_LEAST_NEGATIVE, _NEGATIVE_NUMBERS = 0x80000001, 0x7F800000


def vector_lanes(value: SSAValue) -> int:
    """How many lanes a vector has."""
    assert isinstance(value.type, VectorType)
    return value.type.get_shape()[0]


def _suffix(value_type: Attribute) -> str:
    """How intrinsics name a vector of f32. xDSL's own maxnum op leaves this out of the name, so
    that a second vector length in a module would get the first one's declaration."""
    assert isinstance(value_type, VectorType)
    return f"v{value_type.get_shape()[0]}f32"


class KernelBuilder:
    """Builds the body of one function; all ops get the location that the builder was made with."""

    def __init__(
        self, name: str, arguments: Sequence[Attribute], location: LocationAttr | None = None
    ):
        self.location = location or UnknownLoc()
        self.func = func.FuncOp(name, (list(arguments), []))
        self.func.location = self.location
        self._entry = self.func.body.block
        self._block = self._entry
        self._constants: dict[tuple[Attribute, Attribute], SSAValue] = {}
        self._integers: dict[tuple[int, int], SSAValue] = {}
        self.vector = vector

    @property
    def arguments(self) -> Sequence[SSAValue]:
        """The function's arguments."""
        return self._entry.args

    def finish(self) -> func.FuncOp:
        """Close the body and hand out the function."""
        self._insert(func.ReturnOp())
        return self.func

    # constants: one op each, at the top of the function

    def index(self, value: Index) -> SSAValue:
        """`value` as an i64."""
        return value if isinstance(value, SSAValue) else self.constant(value, 64)

    def constant(self, value: int, bits: int) -> SSAValue:
        """An integer constant."""
        key = value, bits
        if key not in self._integers:
            self._integers[key] = self._constant(
                attributes.number(value, bits), attributes.integer(bits)
            )
        return self._integers[key]

    def number(self, value: float, float_type: AnyFloat) -> SSAValue:
        """A float constant."""
        return self._constant(FloatAttr(value, float_type), float_type)

    def splat(self, value: float, vector_type: VectorType[Any]) -> SSAValue:
        """The same number on all lanes; f32 or integer after the vector type."""
        return self._constant(attributes.splat(value, vector_type), vector_type)

    def _constant(self, value: Attribute, result: Attribute) -> SSAValue:
        key = value, result
        if key not in self._constants:
            op = llvm.ConstantOp.create(
                result_types=[result], properties={"value": value}, location=self.location
            )
            if (first := self._entry.first_op) is not None:
                self._entry.insert_op_before(op, first)
            else:
                self._entry.add_op(op)
            self._constants[key] = op.results[0]
        return self._constants[key]

    # memory

    def gep(self, base: SSAValue, *offsets: Index) -> SSAValue:
        """`base` moved by the sum of the offsets, in bytes."""
        constant, dynamic = 0, attributes.gep(llvm.GEP_USE_SSA_VAL)
        for offset in offsets:
            if isinstance(offset, int):
                constant += offset
            else:
                base = self._value(llvm.GEPOp, (base, offset), ptr, dynamic)
        return self._value(llvm.GEPOp, (base,), ptr, attributes.gep(constant)) if constant else base

    def load(self, base: SSAValue, result: Attribute, align: int = 1) -> SSAValue:
        """Load a value of type `result`."""
        return self._value(llvm.LoadOp, (base,), result, attributes.access(align))

    def store(self, value: SSAValue, base: SSAValue, align: int = 1) -> None:
        """Store a value."""
        self._insert(
            llvm.StoreOp.create(operands=(value, base), properties=attributes.access(align))
        )

    def stack(self, size: int) -> SSAValue:
        """Memory of so many bytes while the function runs, at a cache line's start; to be called
        outside of loops."""
        properties: dict[str, Attribute] = {"alignment": attributes.number(64, 64), "elem_type": i8}
        memory = self._value(llvm.AllocaOp, (self.constant(size, 64),), ptr, properties)
        # llvmlite gives it a type of pointer that no other type is stored to.
        return self.bitcast(memory, ptr)

    def address(self, base: SSAValue) -> SSAValue:
        """A pointer as an i64."""
        return self._value(llvm.PtrToIntOp, (base,), i64)

    def prefetch(self, base: SSAValue) -> None:
        """Ask for the cache line at `base`, to read, in the second-level cache."""
        arguments = (base, self.constant(0, 32), self.constant(2, 32), self.constant(1, 32))
        self.intrinsic("llvm.prefetch.p0", None, *arguments)

    # arithmetic, on scalars and vectors alike

    def add(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Integer a + b, wrapping."""
        return self._value(llvm.AddOp, (a, b), a.type)

    def sub(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Integer a - b, wrapping."""
        return self._value(llvm.SubOp, (a, b), a.type)

    def mul(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Integer a * b, wrapping."""
        return self._value(llvm.MulOp, (a, b), a.type)

    def udiv(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Unsigned quotient."""
        return self._value(llvm.UDivOp, (a, b), a.type)

    def urem(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Unsigned remainder."""
        return self._value(llvm.URemOp, (a, b), a.type)

    def and_(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Bitwise and."""
        return self._value(llvm.AndOp, (a, b), a.type)

    def shl(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Shift left."""
        return self._value(llvm.ShlOp, (a, b), a.type)

    def ashr(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Shift right, keeping the sign."""
        return self._value(llvm.AShrOp, (a, b), a.type)

    def lshr(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Shift right, zeros from above."""
        return self._value(llvm.LShrOp, (a, b), a.type)

    def minimum(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """The smaller of two i64."""
        return self.intrinsic("llvm.smin.i64", i64, a, b)

    def less(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Signed a < b, an i1."""
        return self._value(llvm.ICmpOp, (a, b), i1, {"predicate": attributes.number(2, 64)})

    def fadd(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Float a + b, rounded once; never contracted with a multiplication."""
        return self._value(llvm.FAddOp, (a, b), a.type, attributes.NO_FASTMATH)

    def fsub(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Float a - b, rounded once; never contracted with a multiplication."""
        return self._value(llvm.FSubOp, (a, b), a.type, attributes.NO_FASTMATH)

    def fmul(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Float a * b, rounded once; never contracted with an addition."""
        return self._value(llvm.FMulOp, (a, b), a.type, attributes.NO_FASTMATH)

    def fmax(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """The larger float of vectors; one instruction when `b` is a constant."""
        return self.intrinsic(f"llvm.maxnum.{_suffix(a.type)}", a.type, a, b)

    def fmin(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """The smaller float of vectors; one instruction when `b` is a constant."""
        return self.intrinsic(f"llvm.minnum.{_suffix(a.type)}", a.type, a, b)

    def fcompare(self, predicate: str, a: SSAValue, b: SSAValue) -> SSAValue:
        """Scalar floats compared, an i1; `predicate` is LLVM's, such as "olt"."""
        number = llvm.FCmpPredicateFlag(predicate).to_int()
        return self._value(
            llvm.FCmpOp,
            (a, b),
            i1,
            attributes.NO_FASTMATH | {"predicate": attributes.number(number, 64)},
        )

    def select(self, condition: SSAValue, a: SSAValue, b: SSAValue) -> SSAValue:
        """a where the i1 is true, else b."""
        return self._value(llvm.SelectOp, (condition, a, b), a.type, attributes.NO_FASTMATH)

    def where_less(self, a: SSAValue, b: SSAValue, x: SSAValue, y: SSAValue) -> SSAValue:
        """On vectors of f32, x where a < b, else y, also where one of them is NaN.

        By the bits of a - b, those of a negative number or infinity, since xDSL's comparisons and
        selects of floats are of scalars only.
        """
        lanes = vector_lanes(a)
        words = vector(i32, lanes)
        above = self.sub(self.bitcast(self.fsub(a, b), words), self.splat(_LEAST_NEGATIVE, words))
        number = llvm.ICmpPredicateFlag("ult").to_int()
        less = self._value(
            llvm.ICmpOp,
            (above, self.splat(_NEGATIVE_NUMBERS, words)),
            vector(i1, lanes),
            {"predicate": attributes.number(number, 64)},
        )
        everything = self.constant(lanes, 32)
        return self.intrinsic(f"llvm.vp.select.{_suffix(a.type)}", x.type, less, x, y, everything)

    # conversions and permutations

    def fpext(self, value: SSAValue, to: Attribute) -> SSAValue:
        """Floats, wider; exact."""
        return self._value(llvm.FPExtOp, (value,), to)

    def fptrunc(self, value: SSAValue, to: Attribute) -> SSAValue:
        """Floats, narrower, rounded to nearest even."""
        return self._value(llvm.FPTruncOp, (value,), to)

    def sitofp(self, value: SSAValue, to: Attribute) -> SSAValue:
        """Signed integers as floats, rounded to nearest even."""
        return self._value(llvm.SIToFPOp, (value,), to)

    def trunc(self, value: SSAValue, to: Attribute) -> SSAValue:
        """The low bits of integers."""
        return self._value(llvm.TruncOp, (value,), to)

    def bitcast(self, value: SSAValue, to: Attribute) -> SSAValue:
        """The same bits as another type."""
        return self._value(llvm.BitcastOp, (value,), to)

    def shuffle(self, a: SSAValue, b: SSAValue, mask: tuple[int, ...]) -> SSAValue:
        """Lanes of a and b (counted on after a's), as `mask` picks them."""
        assert isinstance(a.type, VectorType)
        result = vector(a.type.element_type, len(mask))
        return self._value(llvm.ShuffleVectorOp, (a, b), result, {"mask": attributes.mask(mask)})

    def concat(self, values: Sequence[SSAValue]) -> SSAValue:
        """Vectors of one type, a power of two of them, one after the other."""
        if len(values) == 1:
            return values[0]
        half = len(values) // 2
        low, high = self.concat(values[:half]), self.concat(values[half:])
        assert isinstance(low.type, VectorType)
        return self.shuffle(low, high, tuple(range(2 * low.type.get_shape()[0])))

    def intrinsic(self, name: str, result: Attribute | None, *arguments: SSAValue) -> Any:
        """Call an LLVM intrinsic; its value, or None where it has none."""
        properties = attributes.intrinsic(name, len(arguments))
        if result is not None:
            return self._value(llvm.CallIntrinsicOp, arguments, result, properties)
        op = llvm.CallIntrinsicOp.create(operands=arguments, properties=properties)
        self._insert(op)
        return None

    # control flow

    def call(self, name: str, *arguments: SSAValue) -> None:
        """Call a function of the module, without results."""
        self._insert(func.CallOp(name, arguments, []))

    def for_loop(
        self,
        begin: Index,
        end: Index,
        step: int,
        body: Callable[[Index, Sequence[SSAValue]], Sequence[SSAValue] | None],
        *carried: SSAValue,
    ) -> Sequence[SSAValue]:
        """Call `body(i, carried)` for i in range(begin, end, step); it returns the next carried
        values.

        Returns the last carried values. A loop that is known to run once is no loop.
        """
        if isinstance(begin, int) and isinstance(end, int) and begin < end <= begin + step:
            return body(begin, carried) or ()
        block = Block(arg_types=[i64, *(value.type for value in carried)])
        i, *arguments = block.args
        self._inside(block, lambda: body(i, arguments) or ())
        loop = scf.ForOp.create(
            operands=(self.index(begin), self.index(end), self.index(step), *carried),
            result_types=[value.type for value in carried],
            regions=[Region(block)],
        )
        return self._insert(loop).results

    def if_else(
        self, condition: SSAValue, then: Callable[[], None], otherwise: Callable[[], None]
    ) -> None:
        """Build `then()` and `otherwise()` as the two branches."""
        blocks = Block(), Block()
        for block, build in zip(blocks, (then, otherwise), strict=True):
            self._inside(block, lambda build=build: build() or ())
        self._insert(
            scf.IfOp.create(operands=(condition,), regions=[Region(block) for block in blocks])
        )

    def _inside(self, block: Block, build: Callable[[], Sequence[SSAValue]]) -> None:
        outer, self._block = self._block, block
        self._insert(scf.YieldOp.create(operands=build()))
        self._block = outer

    def _insert(self, op: Operation) -> Operation:
        op.location = self.location
        self._block.add_op(op)
        return op

    def _value(
        self,
        op: type[Operation],
        operands: Sequence[SSAValue],
        result: Attribute,
        properties: Mapping[str, Attribute] | None = None,
    ) -> SSAValue:
        made = op.create(
            operands=operands,
            result_types=(result,),
            properties=properties or {},
            location=self.location,
        )
        self._block.add_op(made)
        return made.results[0]

    # used by the kernels that are not dense

    def double(self, value: float) -> SSAValue:
        """An f64 constant."""
        return self._constant(FloatAttr(value, f64), f64)

    def spread(self, value: SSAValue, lanes: int) -> SSAValue:
        """A scalar on all lanes."""
        one = self.bitcast(value, vector(value.type, 1))
        return one if lanes == 1 else self.shuffle(one, one, (0,) * lanes)

    def xor(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Bitwise exclusive or."""
        return self._value(llvm.XOrOp, (a, b), a.type)

    def fdiv(self, a: SSAValue, b: SSAValue) -> SSAValue:
        """Float a / b, rounded once; never a multiplication with the reciprocal."""
        return self._value(llvm.FDivOp, (a, b), a.type, attributes.NO_FASTMATH)

    def zext(self, value: SSAValue, to: Attribute) -> SSAValue:
        """Unsigned integers, wider."""
        return self._value(llvm.ZExtOp, (value,), to)

    def sext(self, value: SSAValue, to: Attribute) -> SSAValue:
        """Signed integers, wider."""
        return self._value(llvm.SExtOp, (value,), to)
