// RUN: qfin-opt %s -p 'assign-layout{target=avx2}' --split-input-file --verify-diagnostics | filecheck %s
// RUN: not qfin-opt %s -p 'assign-layout{target=avx512-vni}' --split-input-file 2>&1 | filecheck %s --check-prefix=UNKNOWN

// UNKNOWN: unknown target 'avx512-vni': known are native, avx512-vbmi, avx512-vnni, avx-vnni, avx512, avx2, amx-int8; did you mean 'avx512-vnni'?
builtin.module {
}

// -----

// CHECK: the module has layouts already: layout.target is "avx512-vnni"
builtin.module attributes {layout.target = "avx512-vnni"} {
}
