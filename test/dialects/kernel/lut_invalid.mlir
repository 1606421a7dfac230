// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<2x8xf32>, %t: memref<256xi8>, %y: memref<2x8xi8>) {
  kernel.lut %x, %t, %y : memref<2x8xf32>, memref<256xi8>, memref<2x8xi8>
  func.return
}
// CHECK: error: 'kernel.lut': input must hold i8, got memref<2x8xf32>

// -----

func.func @f(%x: memref<2x8xi8>, %t: memref<256xf32>, %y: memref<2x8xi8>) {
  kernel.lut %x, %t, %y : memref<2x8xi8>, memref<256xf32>, memref<2x8xi8>
  func.return
}
// CHECK: error: 'kernel.lut': table must hold i8, got memref<256xf32>

// -----

func.func @f(%x: memref<2x8xi8>, %t: memref<255xi8>, %y: memref<2x8xi8>) {
  kernel.lut %x, %t, %y : memref<2x8xi8>, memref<255xi8>, memref<2x8xi8>
  func.return
}
// CHECK: error: 'kernel.lut': table has shape [255], expected [256]

// -----

func.func @f(%x: memref<2x8xi8>, %t: memref<256xi8, strided<[2]>>, %y: memref<2x8xi8>) {
  kernel.lut %x, %t, %y : memref<2x8xi8>, memref<256xi8, strided<[2]>>, memref<2x8xi8>
  func.return
}
// CHECK: error: 'kernel.lut': table must be dense, got memref<256xi8, strided<[2]>>

// -----

func.func @f(%x: memref<2x8xi8>, %t: memref<256xi8>, %y: memref<2x8xi32>) {
  kernel.lut %x, %t, %y : memref<2x8xi8>, memref<256xi8>, memref<2x8xi32>
  func.return
}
// CHECK: error: 'kernel.lut': output must hold i8, got memref<2x8xi32>

// -----

func.func @f(%x: memref<2x8xi8>, %t: memref<256xi8>, %y: memref<8x2xi8>) {
  kernel.lut %x, %t, %y : memref<2x8xi8>, memref<256xi8>, memref<8x2xi8>
  func.return
}
// CHECK: error: 'kernel.lut': output has shape [8, 2], expected [2, 8]
