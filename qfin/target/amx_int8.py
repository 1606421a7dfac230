"""AMX: products of matrices in registers; Intel from Sapphire Rapids on.

Not tested on hardware: its code was run with emulated instructions, and its assembly was read. What
has no form on matrices is as on avx512-vnni.
"""

from dataclasses import replace

from qfin.target.avx512_vnni import AVX512_VNNI

AMX_INT8 = replace(
    AVX512_VNNI,
    name="amx-int8",
    features=f"{AVX512_VNNI.features},+amx-tile,+amx-int8",
    required=(*AVX512_VNNI.required, "amx-tile", "amx-int8"),
    # Two matrices of weights at most; these are the register tiles where there are none.
    tiles=((1, 28), (2, 14)),
    has_matrices=True,
)
