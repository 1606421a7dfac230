"""Reading, checking and printing modules from Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdsl.dialects.arith import ConstantOp

from qfin.elision import cut_lists
from qfin.errors import InputError, ParseError, VerifyError
from qfin.ir import make_context, parse, print_module, verify
from qfin.locations import is_unknown, location_text

TEXT = """\
func.func @main() -> i32 {
  %a = arith.constant 1 : i32
  func.return %a : i32
}
"""


def test_parse_text_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("m.mlir").write_text(TEXT)
    texts = [print_module(parse(source)) for source in (TEXT, "m.mlir", Path("m.mlir"))]
    assert len(set(texts)) == 1
    assert location_text(parse("m.mlir").location) == "m.mlir:1:1"
    assert location_text(parse(TEXT, name="here").location) == "here:1:1"
    with pytest.raises(FileNotFoundError):
        parse("absent.mlir")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo.bar", "t:1:1: error: Operation foo.bar is not registered\n  foo.bar\n  ^^^^^^^"),
        ("\n  %a = arith.constant 1 : i33x", "t:2:"),
        ('"test.op"() {a = vector<0x!> : () -> ()', "t:1:"),
        ("%a = arith.constant 1 : i32\n%a = arith.constant 1 : i32", "t:2:1: error: SSA value %a"),
        # A rule of a type, broken while the text is read: xDSL says no place.
        ('"test.op"() {a = tensor<2x!builtin.nothing>} : () -> ()', "t:1:"),
        (
            'func.func @f(%x: i32) {\n  %y = "test.op"() : () -> i1\n  %z = nn.relu %x : i32\n}',
            "t:3:3: error: 'nn.relu': expected a ranked tensor of floats or of !quant.uniform, "
            "got i32\n    %z = nn.relu",
        ),
        (
            f'"test.op"() {{a = tensor<1x{2**63}xf32>}} : () -> ()',
            f"t:1:27: error: a dimension is at most 2^63 - 1, not {2**63}",
        ),
        (
            f"%a = arith.constant dense<1> : tensor<{2**61}xi8>",
            "t:1:1: error: 'arith.constant': needs more memory than there is",
        ),
    ],
)
def test_parse_errors_name_the_place(text: str, message: str):
    with pytest.raises(ParseError) as caught:
        parse(text, name="t")
    assert str(caught.value).startswith(message)


def test_errors_with_a_second_place_show_both():
    text = 'func.func @f() {\n  "test.termop"() [^bb7] : () -> ()\n}'
    with pytest.raises(ParseError) as caught:
        parse(text, name="t")
    assert "region ends with missing block declarations" in str(caught.value)
    assert "t:2:20: note: " in str(caught.value)


def test_verify_names_the_op_and_its_place():
    with pytest.raises(VerifyError) as caught:
        parse(TEXT.replace("-> i32", "-> i64"), name="t")
    assert str(caught.value).startswith("t:3:3: error: 'func.return': Expected arguments")
    assert "Operation does not verify" in caught.value.__notes__[0]
    module = parse(TEXT)
    for op in module.walk():
        if isinstance(op, ConstantOp):
            op.properties.clear()
    with pytest.raises(VerifyError, match=r"'arith.constant'"):
        verify(module)


@pytest.mark.parametrize("source", [None, 3, parse(TEXT)])
def test_what_is_no_text_and_no_path_is_refused(source: object):
    with pytest.raises(InputError, match="expected MLIR text or a path, not "):
        parse(source)  # pyright: ignore[reportArgumentType]


def test_only_modules_and_ops_print():
    with pytest.raises(InputError, match="print_module takes a module, not str: parse it first"):
        print_module(TEXT)  # pyright: ignore[reportArgumentType]


def test_our_dialects_replace_stock_ones_of_the_same_name():
    context = make_context({"quant": lambda: pytest.fail("the stock one was loaded")})
    assert context.get_optional_type("quant.uniform") is not None


def test_printing():
    module = parse(TEXT, name="t")
    assert print_module(parse(print_module(module))) == print_module(module)
    assert print_module(module).startswith("builtin.module {\n  func.func @main()")
    assert 'loc("t":2:3)' in print_module(module, debuginfo=True)
    assert '"arith.constant"()' in print_module(module, generic=True)


def test_elision_shortens_constants_and_types():
    scales = ",".join(["0.5"] * 9)
    type = f"!quant.uniform<i8:f32:0, {{{scales}}}>"
    text = f"""\
func.func @main(%x: tensor<9x{type}>) {{
  %c = arith.constant dense<[{", ".join(map(str, range(5)))}]> : tensor<5xi32>
  %splat = arith.constant dense<7> : tensor<5xi32>
  func.return
}}
"""
    shown = print_module(parse(text), elide_over=4)
    assert "dense<...> : tensor<5xi32>" in shown
    assert "dense<7> : tensor<5xi32>" in shown
    assert " ... 6 more}" in shown
    assert shown.count("5.000000e-01") == 3
    with pytest.raises(ParseError):
        parse(shown)
    assert "..." not in print_module(parse(text), elide_over=5).replace("... 6 more", "")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("a<{1,2,3,4,5,6,7,8}>", "a<{1,2,3,4,5,6,7,8}>"),
        ("a<{1,2,3,4,5,6,7,8,9}, b>", "a<{1,2,3, ... 6 more}, b>"),
        ("a<{{1,2},{1,2,3,4,5,6,7,8,9}}>", "a<{{1,2},{1,2,3, ... 6 more}}>"),
        ('a<{"}", 2}>', 'a<{"}", 2}>'),
        ("(a, b) -> {1,2,3,4,5,6,7,8,9}", "(a, b) -> {1,2,3, ... 6 more}"),
        ("a}", "a}"),
        ("{1,2,3,4,5,6,7,8,9", "{1,2,3,4,5,6,7,8,9"),
    ],
)
def test_cut_lists(text: str, cut: str):
    assert cut_lists(text) == cut


@pytest.mark.parametrize("text", ["$", "@", '"abc', "%", "\x00", "// one line\n$"])
def test_a_first_word_that_is_none_is_a_parse_error(text: str) -> None:
    with pytest.raises(ParseError, match=r"^<text>:\d+:\d+: error: "):
        parse(text)


@pytest.mark.parametrize("text", ["", "\n", "// only a comment\n", "\ufeff"])
def test_an_empty_text_is_an_empty_module(text: str) -> None:
    module = parse(text)
    assert not list(module.ops)
    assert not is_unknown(module.location)
