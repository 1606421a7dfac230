// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<2x8xi8>, %y: memref<2xi8>) {
  kernel.extremum %x, %y {function = "max"} : memref<2x8xi8>, memref<2xi8>
  func.return
}
// CHECK: output has shape [2], which is not [2, 8] reduced


// -----

func.func @f(%x: memref<2x0xi8>, %y: memref<2x1xi8>) {
  kernel.extremum %x, %y {function = "max"} : memref<2x0xi8>, memref<2x1xi8>
  func.return
}
// CHECK: there is no extremum of no values, in [2, 0]


// -----

func.func @f(%x: memref<2x8xi8>, %y: memref<2x1xi8>) {
  kernel.extremum %x, %y {function = "mean"} : memref<2x8xi8>, memref<2x1xi8>
  func.return
}
// CHECK: function must be one of max, min, got mean


// -----

func.func @f(%x: memref<2x8xi32>, %y: memref<2x1xi32>) {
  kernel.extremum %x, %y {function = "max"} : memref<2x8xi32>, memref<2x1xi32>
  func.return
}
// CHECK: input must hold i8 or f32


// -----

func.func @f(%x: memref<6xi8>) {
  %0 = kernel.view %x {offset = 4 : i64} : memref<6xi8> -> memref<2x3xi8, strided<[-3, -1]>>
  func.return
}
// CHECK: begins before the base
