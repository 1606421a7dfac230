"""The translation to LLVM IR gives what xDSL's backend gives alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdsl.backend.llvm.convert import convert_module
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.llvm import FuncOp

from qfin.ir import parse
from qfin.pipeline import to_level
from qfin.runtime.code import take_code
from qfin.target.codegen import TRIPLE
from qfin.target.translation import translate

# Each kind of op that is translated without xDSL's backend, in each of its forms.
FORMS = """\
llvm.mlir.global internal constant @table(dense<[1, 2]> : tensor<2xi32>) : !llvm.array<2 x i32>
llvm.func @declared(!llvm.ptr {llvm.noalias}) -> i64
llvm.func internal @forms(%p: !llvm.ptr {llvm.align = 64 : i64}, %n: i64) -> i64 {
  %here = "llvm.getelementptr"(%p) <{elem_type = i8, noWrapFlags = 0 : i32,
      rawConstantIndices = array<i32: 5>}> : (!llvm.ptr) -> !llvm.ptr
  %there = "llvm.getelementptr"(%p, %n) <{elem_type = i8, noWrapFlags = 0 : i32,
      rawConstantIndices = array<i32: -2147483648>}> : (!llvm.ptr, i64) -> !llvm.ptr
  %inside = "llvm.getelementptr"(%p, %n) <{elem_type = !llvm.array<4 x i32>, inbounds,
      noWrapFlags = 0 : i32, rawConstantIndices = array<i32: -2147483648, 3>}>
      : (!llvm.ptr, i64) -> !llvm.ptr
  %one = llvm.mlir.constant(1) : i64
  %stack = "llvm.alloca"(%one) <{alignment = 64 : i64, elem_type = i8}> : (i64) -> !llvm.ptr
  %onstack = "llvm.getelementptr"(%stack) <{elem_type = i32, noWrapFlags = 0 : i32,
      rawConstantIndices = array<i32: 1>}> : (!llvm.ptr) -> !llvm.ptr
  %a = "llvm.load"(%here) <{alignment = 1 : i64, ordering = 0 : i64}>
      : (!llvm.ptr) -> vector<4xf32>
  %b = "llvm.load"(%there) <{ordering = 0 : i64}> : (!llvm.ptr) -> vector<4xf32>
  %c = llvm.shufflevector %a, %b [0, 7, 0, 1, 2, 3] : vector<4xf32>
  %d = llvm.shufflevector %a, %a [0, 1, 2, 3] : vector<4xf32>
  %e = llvm.call_intrinsic "llvm.maxnum.v4f32"(%a, %d) : (vector<4xf32>, vector<4xf32>)
      -> vector<4xf32>
  %f = llvm.call_intrinsic "llvm.maxnum.v4f32"(%e, %b) : (vector<4xf32>, vector<4xf32>)
      -> vector<4xf32>
  "llvm.store"(%f, %inside) <{alignment = 1 : i64, ordering = 0 : i64}>
      : (vector<4xf32>, !llvm.ptr) -> ()
  "llvm.store"(%n, %p) <{ordering = 0 : i64}> : (i64, !llvm.ptr) -> ()
  %zero = llvm.mlir.constant(0) : i32
  llvm.call_intrinsic "llvm.prefetch.p0"(%p, %zero, %zero, %zero)
      : (!llvm.ptr, i32, i32, i32) -> ()
  llvm.call_intrinsic "llvm.prefetch.p0"(%here, %zero, %zero, %zero)
      : (!llvm.ptr, i32, i32, i32) -> ()
  llvm.br ^loop(%one : i64)
^loop(%i: i64):
  %next = llvm.add %i, %one : i64
  %more = llvm.icmp "slt" %next, %n : i64
  llvm.cond_br %more, ^loop(%next : i64), ^end
^end:
  llvm.return %i : i64
}
"""


def alone(module: ModuleOp) -> str:
    """What xDSL's backend makes, with the linkages that it leaves out."""
    made = convert_module(module, fallback_target_triple=TRIPLE)
    for op in module.ops:
        if isinstance(op, FuncOp) and op.linkage.linkage.data != "external":
            made.get_global(op.sym_name.data).linkage = op.linkage.linkage.data
    return str(made)


def test_every_form_of_frequent_ops():
    """The same text, names included."""
    module = parse(FORMS)
    text = str(translate(module, TRIPLE))
    assert text == alone(module)
    assert "define internal" in text


@pytest.mark.parametrize("name", ["convs.mlir", "floats.mlir", "dynamic.mlir"])
def test_kernels(name: str):
    """Those of whole modules."""
    source = (Path(__file__).parent.parent / "passes" / "lower" / name).read_text()
    for isa in ("avx2", "avx512-vbmi"):
        for part in source.split("// -----"):
            code = take_code(to_level(parse(part), "llvm", isa, verify_code=False))
            assert str(translate(code, TRIPLE)) == alone(code)


FLAGS = """\
llvm.func @flags(%x: vector<4xf32>) {
  %0 = llvm.call_intrinsic "llvm.maxnum.v4f32"(%x, %x) : (vector<4xf32>, vector<4xf32>)
      -> vector<4xf32>
  %1 = "llvm.call_intrinsic"(%x, %x) <{intrin = "llvm.maxnum.v4f32", FLAGS}>
      : (vector<4xf32>, vector<4xf32>) -> vector<4xf32>
  llvm.return
}
"""


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("fastmathFlags = #llvm.fastmath<fast>, op_bundle_sizes = array<i32>", "Fast-math"),
        ("fastmathFlags = #llvm.fastmath<none>, op_bundle_sizes = array<i32: 0>", "bundles"),
    ],
)
def test_calls_that_xdsl_refuses(properties: str, message: str):
    """Also where the intrinsic is declared already."""
    segments = "operandSegmentSizes = array<i32: 2, 0>"
    module = parse(FLAGS.replace("FLAGS", f"{properties}, {segments}"))
    with pytest.raises(NotImplementedError, match=message):
        translate(module, TRIPLE)


def test_other_ops_are_refused_as_xdsl_does():
    """A module holds functions and globals; functions, ops that have LLVM IR."""
    with pytest.raises(NotImplementedError, match=r"not implemented for op: func\.func"):
        translate(parse("func.func private @f()"), TRIPLE)
    with pytest.raises(NotImplementedError, match=r"not implemented for op: arith\.constant"):
        translate(parse("llvm.func @f() { %0 = arith.constant 1 : i64 llvm.return }"), TRIPLE)
