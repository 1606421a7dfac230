"""AVX-512 without VNNI: Intel's Skylake servers."""

from qfin.target.widened import Widened

AVX512 = Widened(
    name="avx512",
    cpu="x86-64-v4",
    features="",
    vector_bytes=64,
    registers=32,
    required=(
        *("avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"),
        *("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"),
    ),
    # Widened operands take two registers each.
    tiles=((1, 28), (2, 14), (3, 6)),
)
