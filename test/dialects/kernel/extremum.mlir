// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @extremum
func.func @extremum(%x: memref<2x8x5xi8>, %y: memref<2x1x5xi8, strided<[5, 0, 1]>>) {
  // CHECK: kernel.extremum %x, %y {function = "max"} : memref<2x8x5xi8>, memref<2x1x5xi8, strided<[5, 0, 1]>>
  kernel.extremum %x, %y {function = "max"} : memref<2x8x5xi8>, memref<2x1x5xi8, strided<[5, 0, 1]>>
  func.return
}

// A view may go backwards: it begins at its first element.
// CHECK-LABEL: @backwards
func.func @backwards(%x: memref<6xi8>) {
  // CHECK: kernel.view %x {offset = 5 : i64} : memref<6xi8> -> memref<2x3xi8, strided<[-3, -1]>>
  %0 = kernel.view %x {offset = 5 : i64} : memref<6xi8> -> memref<2x3xi8, strided<[-3, -1]>>
  func.return
}

// CHECK-LABEL: @of_floats
func.func @of_floats(%x: memref<2x8xf32>, %y: memref<2x1xf32>) {
  // CHECK: kernel.extremum %x, %y {function = "min"} : memref<2x8xf32>, memref<2x1xf32>
  kernel.extremum %x, %y {function = "min"} : memref<2x8xf32>, memref<2x1xf32>
  func.return
}
