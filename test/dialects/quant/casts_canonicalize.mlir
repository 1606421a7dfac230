// RUN: qfin-opt %s -p canonicalize | filecheck %s

!q = !quant.uniform<i8:f32, 0.5:-3>
!p = !quant.uniform<i8:f32, 0.25:-3>
!axis = !quant.uniform<u8:f32:0, {0.5,0.25:3}>
!wide = !quant.uniform<i32:f32, 0.5>
!double = !quant.uniform<i8:f64, 1.0e-300>
!coarse = !quant.uniform<i8:bf16, 0.5>
!fine = !quant.uniform<i8:f16, 0.5>
!huge = !quant.uniform<i8:f16, 600.0>
!far = !quant.uniform<i8:f32, 0.5:4194304>
!any = !quant.any<i8:f32>

// To the storage and back.
// CHECK-LABEL: @storage_and_back(
// CHECK-SAME: [[X:%[^:]*]]: tensor<4x!quant.uniform
// CHECK-NEXT: func.return [[X]]
func.func @storage_and_back(%x: tensor<4x!q>) -> tensor<4x!q> {
  %i = quant.scast %x : tensor<4x!q> to tensor<4xi8>
  %r = quant.scast %i : tensor<4xi8> to tensor<4x!q>
  func.return %r : tensor<4x!q>
}

// CHECK-LABEL: @from_storage_and_back(
// CHECK-SAME: [[X:%[^:]*]]: tensor<4xi8>
// CHECK-NEXT: func.return [[X]]
func.func @from_storage_and_back(%x: tensor<4xi8>) -> tensor<4xi8> {
  %q = quant.scast %x : tensor<4xi8> to tensor<4x!q>
  %r = quant.scast %q : tensor<4x!q> to tensor<4xi8>
  func.return %r : tensor<4xi8>
}

// The same bits under another scale are another value.
// CHECK-LABEL: @reinterpret(
// CHECK-COUNT-2: quant.scast
// CHECK-NOT: quant.scast
func.func @reinterpret(%x: tensor<4x!q>) -> tensor<4x!p> {
  %i = quant.scast %x : tensor<4x!q> to tensor<4xi8>
  %r = quant.scast %i : tensor<4xi8> to tensor<4x!p>
  func.return %r : tensor<4x!p>
}

// Dequantized and quantized alike: nothing was rounded.
// CHECK-LABEL: @requantize_same(
// CHECK-SAME: [[X:%[^:]*]]: tensor<2x!quant.uniform
// CHECK-NEXT: func.return [[X]]
func.func @requantize_same(%x: tensor<2x!axis>) -> tensor<2x!axis> {
  %f = quant.dcast %x : tensor<2x!axis> to tensor<2xf32>
  %r = quant.qcast %f : tensor<2xf32> to tensor<2x!axis>
  func.return %r : tensor<2x!axis>
}

// CHECK-LABEL: @requantize_other(
// CHECK-NEXT: quant.dcast
// CHECK-NEXT: quant.qcast
func.func @requantize_other(%x: tensor<4x!q>) -> tensor<4x!p> {
  %f = quant.dcast %x : tensor<4x!q> to tensor<4xf32>
  %r = quant.qcast %f : tensor<4xf32> to tensor<4x!p>
  func.return %r : tensor<4x!p>
}

// Another encoding is another layout.
// CHECK-LABEL: @requantize_layout(
// CHECK-NEXT: quant.dcast
// CHECK-NEXT: quant.qcast
func.func @requantize_layout(%x: tensor<4x!q, "nhwc">) -> tensor<4x!q> {
  %f = quant.dcast %x : tensor<4x!q, "nhwc"> to tensor<4xf32>
  %r = quant.qcast %f : tensor<4xf32> to tensor<4x!q>
  func.return %r : tensor<4x!q>
}

// 2**31 needs more bits than f32 has, so a large integer comes back as another.
// CHECK-LABEL: @requantize_wide(
// CHECK-NEXT: quant.dcast
// CHECK-NEXT: quant.qcast
func.func @requantize_wide(%x: !wide) -> !wide {
  %f = quant.dcast %x : !wide to f32
  %r = quant.qcast %f : f32 to !wide
  func.return %r : !wide
}

// f64 is computed in f32, whose range its scales may leave.
// CHECK-LABEL: @requantize_f64(
// CHECK-NEXT: quant.dcast
// CHECK-NEXT: quant.qcast
func.func @requantize_f64(%x: !double) -> !double {
  %f = quant.dcast %x : !double to f64
  %r = quant.qcast %f : f64 to !double
  func.return %r : !double
}

// bf16 has 8 bits, too few for i8 times a scale and back; f16 has 11.
// CHECK-LABEL: @requantize_coarse(
// CHECK-NEXT: quant.dcast {{.*}}bf16
// CHECK-NEXT: quant.qcast {{.*}}bf16
// CHECK-NEXT: func.return
func.func @requantize_coarse(%x: !coarse, %y: !fine) -> (!coarse, !fine) {
  %f = quant.dcast %x : !coarse to bf16
  %r = quant.qcast %f : bf16 to !coarse
  %g = quant.dcast %y : !fine to f16
  %s = quant.qcast %g : f16 to !fine
  func.return %r, %s : !coarse, !fine
}

// -128 * 600 is infinite in f16.
// CHECK-LABEL: @requantize_overflow(
// CHECK-NEXT: quant.dcast
// CHECK-NEXT: quant.qcast
func.func @requantize_overflow(%x: !huge) -> !huge {
  %f = quant.dcast %x : !huge to f16
  %r = quant.qcast %f : f16 to !huge
  func.return %r : !huge
}

// CHECK-LABEL: @requantize_far_zero_point(
// CHECK-NEXT: quant.dcast
// CHECK-NEXT: quant.qcast
func.func @requantize_far_zero_point(%x: !far) -> !far {
  %f = quant.dcast %x : !far to f32
  %r = quant.qcast %f : f32 to !far
  func.return %r : !far
}

// Nobody knows what `any` does with values.
// CHECK-LABEL: @requantize_any(
// CHECK-NEXT: quant.dcast
// CHECK-NEXT: quant.qcast
func.func @requantize_any(%x: !any) -> !any {
  %f = quant.dcast %x : !any to f32
  %r = quant.qcast %f : f32 to !any
  func.return %r : !any
}

// Fake quantization: this rounds and clamps %x, so it must stay (upstream folds it to %x).
// CHECK-LABEL: @fake_quantize(
// CHECK-NEXT: [[Q:%.*]] = quant.qcast
// CHECK-NEXT: [[R:%.*]] = quant.dcast [[Q]]
// CHECK-NEXT: func.return [[R]]
func.func @fake_quantize(%x: tensor<4xf32>) -> tensor<4xf32> {
  %q = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
  %r = quant.dcast %q : tensor<4x!q> to tensor<4xf32>
  func.return %r : tensor<4xf32>
}

// Casts have no effect: those without a use go.
// CHECK-LABEL: @dead(
// CHECK-NEXT: func.return
func.func @dead(%x: f32) {
  %q = quant.qcast %x : f32 to !q
  %i = quant.scast %q : !q to i8
  %f = quant.dcast %q : !q to f32
  func.return
}
