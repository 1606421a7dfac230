// RUN: qfin-opt %s -p canonicalize | filecheck %s

!qw = !quant.uniform<i8:f32, 0.5>
!qc = !quant.uniform<i8:f32, 0.25>
!p = !quant.packed<linear, tensor<2x3xi8>>
!pb = !quant.packed<linear, tensor<2x3xi8>, bias = f32>

// CHECK-LABEL: @unpack_of_prepack(
// CHECK-SAME: [[W:%[^:]*]]: tensor<2x3x{{[^,]*}}, {{.*}}5.000000e-01>>, [[B:%[^:]*]]: tensor<2xf32>)
// CHECK-NEXT: func.return [[W]], [[B]]
func.func @unpack_of_prepack(%w: tensor<2x3x!qw>, %b: tensor<2xf32>) -> (tensor<2x3x!qw>, tensor<2xf32>) {
  %p = quant.prepack %w, %b : (tensor<2x3x!qw>, tensor<2xf32>) -> !pb
  %v, %c = quant.unpack %p : (!pb) -> (tensor<2x3x!qw>, tensor<2xf32>)
  func.return %v, %c : tensor<2x3x!qw>, tensor<2xf32>
}

// CHECK-LABEL: @without_bias(
// CHECK-SAME: [[W:%[^:]*]]: tensor
// CHECK-NEXT: func.return [[W]]
func.func @without_bias(%w: tensor<2x3x!qw>) -> tensor<2x3x!qw> {
  %p = quant.prepack %w : (tensor<2x3x!qw>) -> !p
  %v = quant.unpack %p : (!p) -> tensor<2x3x!qw>
  func.return %v : tensor<2x3x!qw>
}

// The packed value stays for what else uses it.
// CHECK-LABEL: @used(
// CHECK-SAME: [[W:%[^:]*]]: tensor
// CHECK-NEXT: [[P:%.*]] = quant.prepack [[W]]
// CHECK-NEXT: func.return [[W]], [[P]]
func.func @used(%w: tensor<2x3x!qw>) -> (tensor<2x3x!qw>, !p) {
  %p = quant.prepack %w : (tensor<2x3x!qw>) -> !p
  %v = quant.unpack %p : (!p) -> tensor<2x3x!qw>
  func.return %v, %p : tensor<2x3x!qw>, !p
}

// Unpacked as another type, the values are others.
// CHECK-LABEL: @other_type(
// CHECK-NEXT: quant.prepack
// CHECK-NEXT: quant.unpack
func.func @other_type(%w: tensor<2x3x!qw>) -> tensor<2x3x!qc> {
  %p = quant.prepack %w : (tensor<2x3x!qw>) -> !p
  %v = quant.unpack %p : (!p) -> tensor<2x3x!qc>
  func.return %v : tensor<2x3x!qc>
}

// CHECK-LABEL: @argument(
// CHECK-NEXT: quant.unpack
func.func @argument(%p: !p) -> tensor<2x3x!qw> {
  %v = quant.unpack %p : (!p) -> tensor<2x3x!qw>
  func.return %v : tensor<2x3x!qw>
}

// CHECK-LABEL: @unpack_dynamic_of_prepack_dynamic(
// CHECK-SAME: [[W:%[^:]*]]: tensor<2x3xi8>, [[S:%[^:]*]]: tensor<f32>, [[B:%[^:]*]]: tensor<2xf32>)
// CHECK-NEXT: func.return [[W]], [[S]], [[B]]
func.func @unpack_dynamic_of_prepack_dynamic(%w: tensor<2x3xi8>, %s: tensor<f32>, %b: tensor<2xf32>) -> (tensor<2x3xi8>, tensor<f32>, tensor<2xf32>) {
  %p = quant.prepack_dynamic %w, %s, %b : (tensor<2x3xi8>, tensor<f32>, tensor<2xf32>) -> !pb
  %v, %t, %c = quant.unpack_dynamic %p : (!pb) -> (tensor<2x3xi8>, tensor<f32>, tensor<2xf32>)
  func.return %v, %t, %c : tensor<2x3xi8>, tensor<f32>, tensor<2xf32>
}
