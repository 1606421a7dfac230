"""AVX-512 with VNNI: Intel from Cascade Lake and Ice Lake on, AMD from Zen 4 on."""

from qfin.target.vnni import Vnni

AVX512_VNNI = Vnni(
    name="avx512-vnni",
    cpu="x86-64-v4",
    features="+avx512vnni",
    vector_bytes=64,
    registers=32,
    required=(
        *("avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"),
        *("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512vnni"),
    ),
    tiles=((1, 28), (2, 14), (3, 8)),
)
