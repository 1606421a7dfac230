"""AVX-VNNI: the 256-bit form of VNNI on CPUs without AVX-512 (Intel from Alder Lake on)."""

from qfin.target.vnni import Vnni

AVX_VNNI = Vnni(
    name="avx-vnni",
    cpu="x86-64-v3",
    features="+avxvnni",
    vector_bytes=32,
    registers=16,
    required=("avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "avxvnni"),
    tiles=((1, 12), (2, 6)),
)
