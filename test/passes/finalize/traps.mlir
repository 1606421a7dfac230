// RUN: qfin-opt --finalize %s | filecheck %s
// RUN: qfin-opt -p quant-finalize,quant-finalize %s | filecheck %s
// RUN: qfin-opt --finalize %s --remarks 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic}' %s --remarks 2>&1 | filecheck %s --check-prefix=DYNAMIC

// What PyTorch's finalize does silently, or not at all: see docs/traps.md.

!q = !quant.uniform<u8:f32, 0.5:3>
!s = !quant.uniform<i8:f32, 0.5:-3>
!w = !quant.uniform<i8:f32, 0.5>

ml_program.global private mutable @fc.calls(dense<0> : tensor<i32>) : tensor<i32>
ml_program.global private @fc.weight(dense<1> : tensor<2x2xi8>) : tensor<2x2x!w>

// The type of the output is what the quantize says, and not always u8.
// CHECK-LABEL: @output_type(
// CHECK:         quant.linear {{.*}} -> tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:-3>>
func.func @output_type(%x: tensor<1x2x!q>) -> tensor<1x2x!s> {
  %wq = ml_program.global_load_const @fc.weight : tensor<2x2x!w>
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!s>
  func.return %r : tensor<1x2x!s>
}

// And the input may be of i8.
// CHECK-LABEL: @input_type(
// CHECK:         quant.linear {{.*}} : (tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:-3>>,
func.func @input_type(%x: tensor<1x2x!s>) -> tensor<1x2x!q> {
  %wq = ml_program.global_load_const @fc.weight : tensor<2x2x!w>
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!s> to tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %r : tensor<1x2x!q>
}

// CHECK-LABEL: @per_channel_transposed(
// CHECK:         quant.conv_transpose2d
func.func @per_channel_transposed(%x: tensor<1x1x2x2x!q>) -> tensor<1x2x3x3x!q> {
  %d = quant.dcast %x : tensor<1x1x2x2x!q> to tensor<1x1x2x2xf32>
  %i = arith.constant dense<1> : tensor<1x2x2x2xi8>
  %wq = quant.scast %i : tensor<1x2x2x2xi8> to tensor<1x2x2x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>>
  %w = quant.dcast %wq : tensor<1x2x2x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>> to tensor<1x2x2x2xf32>
  %y = nn.conv_transpose2d %d, %w : (tensor<1x1x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x3x3xf32>
  %r = quant.qcast %y : tensor<1x2x3x3xf32> to tensor<1x2x3x3x!q>
  func.return %r : tensor<1x2x3x3x!q>
}

// A weight of two ops is packed once; a dequantize of two uses hides no group.
// CHECK-LABEL: @shared(
// CHECK-NEXT:    %[[P:.*]] = quant.packed_constant
// CHECK-NEXT:    %[[Y:.*]] = quant.linear %x, %[[P]]
// CHECK-NEXT:    %[[Z:.*]] = quant.linear %[[Y]], %[[P]]
// CHECK-NEXT:    quant.add %[[Z]], %[[Z]]
// CHECK-NEXT:    func.return
func.func @shared(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %wq = ml_program.global_load_const @fc.weight : tensor<2x2x!w>
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %yq = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
  %yd = quant.dcast %yq : tensor<1x2x!q> to tensor<1x2xf32>
  %vq = ml_program.global_load_const @fc.weight : tensor<2x2x!w>
  %v = quant.dcast %vq : tensor<2x2x!w> to tensor<2x2xf32>
  %z = nn.linear %yd, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %zq = quant.qcast %z : tensor<1x2xf32> to tensor<1x2x!q>
  %zd = quant.dcast %zq : tensor<1x2x!q> to tensor<1x2xf32>
  %a = nn.add %zd, %zd : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %r = quant.qcast %a : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %r : tensor<1x2x!q>
}

// A store stays, though what it stores to belongs to the owner of a packed weight.
// CHECK-LABEL: @stores(
// CHECK:         ml_program.global_store @fc.calls
// CHECK:         quant.linear
func.func @stores(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %one = arith.constant dense<1> : tensor<i32>
  ml_program.global_store @fc.calls = %one : tensor<i32>
  %wq = ml_program.global_load_const @fc.weight : tensor<2x2x!w>
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %r : tensor<1x2x!q>
}

// Any output scale fuses: that of the input and 1/256 are not asked for.
// CHECK-LABEL: @any_scale(
// CHECK-NEXT:    quant.avg_pool1d {{.*}} -> tensor<1x1x2x!quant.uniform<i8
// CHECK-NEXT:    quant.sigmoid
// CHECK-NEXT:    func.return
func.func @any_scale(%x: tensor<1x1x4x!q>) -> tensor<1x1x2x!q> {
  %d = quant.dcast %x : tensor<1x1x4x!q> to tensor<1x1x4xf32>
  %p = nn.avg_pool1d %d {kernel = array<i64: 2>, stride = array<i64: 2>} : (tensor<1x1x4xf32>) -> tensor<1x1x2xf32>
  %pq = quant.qcast %p : tensor<1x1x2xf32> to tensor<1x1x2x!s>
  %pd = quant.dcast %pq : tensor<1x1x2x!s> to tensor<1x1x2xf32>
  %s = nn.sigmoid %pd : tensor<1x1x2xf32>
  %sq = quant.qcast %s : tensor<1x1x2xf32> to tensor<1x1x2x!q>
  func.return %sq : tensor<1x1x2x!q>
}

// Quantize and dequantize round: they are no identity.
// CHECK-LABEL: @rounding(
// CHECK-NEXT:    quant.qcast
// CHECK-NEXT:    quant.dcast
func.func @rounding(%x: tensor<2xf32>) -> tensor<2xf32> {
  %q = quant.qcast %x : tensor<2xf32> to tensor<2x!q>
  %d = quant.dcast %q : tensor<2x!q> to tensor<2xf32>
  func.return %d : tensor<2xf32>
}

// REMARK:      :[[# @LINE + 5]]:3: remark: nn.batch_norm not fused: normalizes by the statistics of its input (training = true)
// CHECK-LABEL: @training(
func.func @training(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %c = arith.constant dense<1.0> : tensor<2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = nn.batch_norm %d running_mean(%c : tensor<2xf32>) running_var(%c : tensor<2xf32>) {training = true} : tensor<1x2xf32>
  %r = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %r : tensor<1x2x!q>
}

// REMARK:  remark: nn.linear not fused: input is not a dequantized value
// DYNAMIC: remark: nn.linear not fused: input is not quantized at run time (on-device does it for linear)
// CHECK-LABEL: @weight_only(
// CHECK:         nn.linear
func.func @weight_only(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %wq = ml_program.global_load_const @fc.weight : tensor<2x2x!w>
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %y = nn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  func.return %y : tensor<1x2xf32>
}

// Weights less their zero point are what is packed.
// CHECK-LABEL: @weight_zero_point(
// CHECK-NEXT:    quant.packed_constant <dense<4> : tensor<2x2xi8>, scales =
// CHECK-NEXT:    quant.linear
func.func @weight_zero_point(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %wq = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!s>
  %w = quant.dcast %wq : tensor<2x2x!s> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %r : tensor<1x2x!q>
}

// REMARK: remark: nn.linear not fused: output is quantized per axis
// CHECK-LABEL: @output_per_axis(
func.func @output_per_axis(%x: tensor<1x2x!q>) -> tensor<1x2x!quant.uniform<u8:f32:1, {0.5, 0.25}>> {
  %wq = ml_program.global_load_const @fc.weight : tensor<2x2x!w>
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!quant.uniform<u8:f32:1, {0.5, 0.25}>>
  func.return %r : tensor<1x2x!quant.uniform<u8:f32:1, {0.5, 0.25}>>
}

// REMARK: remark: nn.linear not fused: result of nn.linear has 2 uses (func.return, quant.qcast), only a quantize may use it
// CHECK-LABEL: @returned_too(
func.func @returned_too(%x: tensor<1x2x!q>) -> (tensor<1x2x!q>, tensor<1x2xf32>) {
  %wq = ml_program.global_load_const @fc.weight : tensor<2x2x!w>
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %r, %y : tensor<1x2x!q>, tensor<1x2xf32>
}

// REMARK: :[[# @LINE + 7]]:3: remark: nn.linear not fused: weight is not a constant, but an argument, and not prepacked (quant-finalize packs constants only)
// CHECK-LABEL: @not_packed_at_each_call(
// CHECK-NOT:     quant.prepack
// CHECK:         nn.linear
func.func @not_packed_at_each_call(%x: tensor<1x2x!q>, %wq: tensor<2x2x!w>) -> tensor<1x2x!q> {
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %r : tensor<1x2x!q>
}
