// RUN: qfin-opt %s -p plan-buffers | filecheck %s
// RUN: qfin-opt %s -p plan-buffers,lower-to-kernels | filecheck %s --check-prefix=KERNELS

!q = !quant.uniform<i8:f32, 0.5>

// Each global has its place in memory that all functions take last. Constants are shared, too.

// CHECK:   kernel.state {names = ["float", "signed"], offsets = array<i64: 0, 128>, unset = ["signed"], initial = dense<{{.*}}> : tensor<256xi8>, constants = dense<{{.*}}> : tensor<128xi8>}
// CHECK-NOT: ml_program
// KERNELS: kernel.state
builtin.module attributes {layout.target = "avx2"} {
  ml_program.global private mutable @float(dense<1.0> : tensor<4xf32>) : tensor<4xf32>
  ml_program.global private mutable @signed : tensor<4x!q>

  // Nothing stores to it while the value is read: the result is a copy of the memory itself.
  // CHECK:       kernel.program {entry = @read, {{.*}} loads = ["float"]}
  // CHECK-LABEL: func.func @read
  // CHECK:       [[M:%.*]] = kernel.view %state {slack = 64 : i64} : memref<?xi8> -> memref<4xf32, strided<[1]>>
  // CHECK-NEXT:  [[R:%.*]] = kernel.view %out0
  // CHECK-NEXT:  kernel.copy [[M]], [[R]]
  // CHECK-NEXT:  func.return
  // KERNELS:     func.func @read(%out0: !llvm.ptr, %arena: !llvm.ptr, %constants: !llvm.ptr, %state: !llvm.ptr)
  func.func @read() -> tensor<4xf32> {
    %0 = ml_program.global_load @float : tensor<4xf32>
    func.return %0 : tensor<4xf32>
  }

  // Something does: the value is copied first. What is loaded behind the store needs no value before.
  // CHECK:       kernel.program {entry = @exchange, {{.*}} loads = ["float"], stores = ["float"]}
  // CHECK-LABEL: func.func @exchange
  // CHECK:       [[M:%.*]] = kernel.view %state
  // CHECK-NEXT:  [[R:%.*]] = kernel.view %out0
  // CHECK-NEXT:  kernel.copy [[M]], [[R]]
  // CHECK-NEXT:  [[X:%.*]] = kernel.view %x
  // CHECK-NEXT:  kernel.copy [[X]], [[M]]
  // CHECK-NEXT:  func.return
  func.func @exchange(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = ml_program.global_load @float : tensor<4xf32>
    ml_program.global_store @float = %x : tensor<4xf32>
    func.return %0 : tensor<4xf32>
  }

  // Signed values are kept as they are.
  // CHECK:       kernel.program {entry = @store_first, {{.*}} stores = ["signed"]}
  // CHECK-LABEL: func.func @store_first
  // CHECK-NEXT:  [[X:%.*]] = kernel.view %x
  // CHECK-NEXT:  [[S:%.*]] = kernel.view %state {offset = 128 : i64, slack = 64 : i64} : memref<?xi8> -> memref<4xsi8
  // CHECK-NEXT:  kernel.copy [[X]], [[S]] : memref<4xsi8, strided<[1]>>, memref<4xsi8, strided<[1]>>
  // CHECK-NEXT:  [[R:%.*]] = kernel.view %out0
  // CHECK-NEXT:  kernel.copy [[S]], [[R]] : memref<4xsi8, strided<[1]>>, memref<4xsi8, strided<[1]>>
  // CHECK-NEXT:  func.return
  func.func @store_first(%x: tensor<4x!q>) -> tensor<4x!q> {
    ml_program.global_store @signed = %x : tensor<4x!q>
    %0 = ml_program.global_load @signed : tensor<4x!q>
    func.return %0 : tensor<4x!q>
  }

  // CHECK:       kernel.program {entry = @sets, {{.*}} arena = 0 : i64, stores = ["float"]}
  // CHECK-LABEL: func.func @sets
  // CHECK:       kernel.view %constants {slack = 64 : i64}
  func.func @sets() {
    %0 = arith.constant dense<2.0> : tensor<4xf32>
    ml_program.global_store @float = %0 : tensor<4xf32>
    func.return
  }
  // CHECK-LABEL: func.func @sets_again
  // CHECK:       kernel.view %constants {slack = 64 : i64}
  func.func @sets_again() {
    %0 = arith.constant dense<2.0> : tensor<4xf32>
    ml_program.global_store @float = %0 : tensor<4xf32>
    func.return
  }
}
