"""lit configuration: FileCheck tests are the .mlir files below test/."""

import os
import shutil
import sys
from pathlib import Path

import lit.formats

config.name = "qfin"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.excludes = ["Inputs"]
config.test_source_root = str(Path(__file__).parent / "test")
config.test_exec_root = config.test_source_root

# The tools of the environment that runs lit, and no others.
config.environment["PATH"] = os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
)
# What was tuned for this user is no part of a test.
config.environment["QFIN_CACHE_DIR"] = os.devnull
config.substitutions.append(("%examples", str(Path(__file__).parent / "examples")))

# Text -> IR -> text, as it is read and through the generic form. One run for both: what either
# loses is missing at the end.
config.substitutions.append(
    (
        "QFIN_ROUNDTRIP",
        "qfin-opt %s --split-input-file"
        " | qfin-opt --print-op-generic --split-input-file"
        " | qfin-opt --split-input-file | filecheck %s",
    )
)


def _mlir_opt() -> str | None:
    """The upstream mlir-opt: QFIN_MLIR_OPT, or the one that the oracle-mlir extra installs."""
    if path := os.environ.get("QFIN_MLIR_OPT"):
        return path
    for folder in sys.path:
        candidate = Path(folder) / "mlir" / "bin" / "mlir-opt"
        if candidate.is_file():
            return str(candidate)
    return shutil.which("mlir-opt")


if mlir_opt := _mlir_opt():
    config.available_features.add("mlir-opt")
    config.substitutions.append(("MLIR_OPT", mlir_opt))

elif os.environ.get("QFIN_REQUIRE_ORACLES"):
    lit_config.fatal("QFIN_REQUIRE_ORACLES is set, and there is no mlir-opt")

# lit can stop a test that hangs, where psutil is installed.
if lit_config.maxIndividualTestTimeIsSupported[0]:
    config.maxIndividualTestTime = 60
