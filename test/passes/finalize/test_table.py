"""The table of fusions has a test for each row and reason, and a page that shows it."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from qfin.ir import parse
from qfin.passes.finalize.document import document
from qfin.passes.finalize.groups import Refused
from qfin.passes.finalize.table import FUSIONS, ON_DEVICE, Fusion, row_of

from .random_groups import PACKING

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def test_page_is_up_to_date():
    page = (ROOT / "docs" / "fusions.md").read_text()
    assert page == document(), "run python -m qfin.passes.finalize.document > docs/fusions.md"


def checks_by_function(text: str) -> dict[str, list[str]]:
    """The CHECK lines of each function that has a CHECK-LABEL."""
    checks: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if label := re.match(r"// CHECK-LABEL: @(\w+)\(", line):
            name = label[1]
            checks[name] = []
        elif re.match(r"// CHECK(-NEXT|-SAME)?: ", line):
            checks[name].append(line)
    return checks


FAMILIES = sorted(HERE.glob("fusion-*.mlir"))
POSITIVE = {
    function: checks
    for path in [HERE / "quant-fusion.mlir", *FAMILIES]
    for function, checks in checks_by_function(path.read_text()).items()
}


ROWS = (*FUSIONS, *ON_DEVICE.rows)
"""Of every type of quantization; those of the dynamic one are among those on a device."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_is_tested(row: Fusion):
    """Each op that a row makes is checked in a function named after the row; a float op that the
    row moves onto quantized values, on these."""
    made = re.findall(r"\b(?:quant|nn)\.\w+", row.becomes)
    assert made, f"no op in '{row.becomes}'"
    lines = [
        line
        for function, checks in POSITIVE.items()
        if function == row.name or function.startswith(f"{row.name}_")
        for line in checks
    ]
    for op in made:
        pattern = rf"= {re.escape(op)} .*!quant" if op.startswith("nn.") else rf"= {op} "
        assert any(re.search(pattern, line) for line in lines), f"{op} is not checked"


def test_names_of_rows_differ():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)


ACTIVATED = ("add", "sub", "mul", "matmul", *sorted(PACKING))


@pytest.mark.parametrize("activation", ["relu", "clamp"])
@pytest.mark.parametrize("name", ACTIVATED)
def test_activations_are_tested(name: str, activation: str):
    functions = [f for f in POSITIVE if f.startswith(f"{name}_{activation}")]
    lines = [line for function in functions for line in POSITIVE[function]]
    assert any(f"quant.{name} " in line and "#quant<activation " in line for line in lines)


def reasons() -> list[str]:
    """What is raised as `Refused` by any of the finalize passes, as regular expressions."""
    found: list[str] = []
    for path in sorted((ROOT / "qfin" / "passes" / "finalize").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused":
                (argument,) = node.args
                parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                found.append("".join(map(as_pattern, parts)))
    return found


def as_pattern(part: ast.expr) -> str:
    return re.escape(part.value) if isinstance(part, ast.Constant) else ".+"  # pyright: ignore


VERIFIERS = ".+"
"""The pattern of a reason that is all a verifier's."""
UNUSED = "result of nn.linear is not used"
REMARKS = [
    (remark[1], remark[2])
    for path in [*HERE.glob("quant-fusion-*.mlir"), *FAMILIES]
    for remark in re.finditer(r"(nn\.\w+) not fused: (.+)", path.read_text())
]
"""The float ops and the reasons that the tests expect."""
WRITTEN = [reason for reason in reasons() if reason != VERIFIERS]
RULES = ROOT / "qfin" / "passes" / "finalize" / "rules"


def test_reasons_are_found():
    assert len(WRITTEN) > 20


@pytest.mark.parametrize("reason", WRITTEN)
def test_reason_is_tested(reason: str):
    texts = [text for _, text in REMARKS]
    assert any(re.fullmatch(reason, text) for text in [*texts, UNUSED]), reason


@pytest.mark.parametrize(
    "name", [path.stem for path in RULES.glob("*.py") if "require_verified(" in path.read_text()]
)
def test_reason_of_a_verifier_is_tested(name: str):
    """Of one op of each family that asks the verifier of the fused op."""
    ops = {row.float_op.name for row in import_module(f"qfin.passes.finalize.rules.{name}").FUSIONS}
    # Of sums, the verifiers say what contractions do; the other is of another table.
    others = [*(r for r in WRITTEN if "overflow" not in r), "has no dynamic form"]
    texts = [text for op, text in REMARKS if op in ops]
    assert any(not any(re.fullmatch(other, text) for other in others) for text in texts)


def test_unused_result_is_refused():
    """The one reason that no pass can meet, since unused ops are erased first."""
    module = parse(
        """
        !q = !quant.uniform<i8:f32, 0.5>
        func.func @main(%x: tensor<1x2x!q>, %w: tensor<3x2x!q>) {
          %a = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
          %b = quant.dcast %w : tensor<3x2x!q> to tensor<3x2xf32>
          %y = nn.linear %a, %b : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
          func.return
        }"""
    )
    (op,) = (op for op in module.walk() if op.name == "nn.linear")
    row = row_of(op)
    assert row is not None
    with pytest.raises(Refused, match=f"^{UNUSED}$"):
        row.match(op)
