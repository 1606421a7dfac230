"""AVX2: Intel from Haswell on, AMD from Excavator and Zen on."""

from qfin.target.widened import Widened

AVX2 = Widened(
    name="avx2",
    cpu="x86-64-v3",
    features="",
    vector_bytes=32,
    registers=16,
    required=("avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"),
    # Widened operands take two registers each.
    tiles=((1, 12), (2, 4)),
)
