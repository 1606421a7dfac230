"""AVX-512 with VNNI and permutations of single bytes: Intel from Ice Lake on, AMD from Zen 4 on."""

from dataclasses import replace

from qfin.target.avx512_vnni import AVX512_VNNI

AVX512_VBMI = replace(
    AVX512_VNNI,
    name="avx512-vbmi",
    features=f"{AVX512_VNNI.features},+avx512vbmi",
    required=(*AVX512_VNNI.required, "avx512vbmi"),
)
