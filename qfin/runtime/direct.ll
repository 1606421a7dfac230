; Calls from CPython that check arrays and run a program's code. LLVM IR for x86-64 Linux, loaded by
; direct.py.
;
; @qfin_direct_call(table, args, n) is the C function of a built-in (METH_FASTCALL) that takes numpy
; arrays: the arguments of a program, its results and its arena. Where each argument lies in memory as
; the table says, it lets go of the GIL, runs the code and returns True. Else it does nothing and
; returns False. It never raises.
;
; The table is an array of words: %Table, then an %Argument for each, its shape, its strides; then for
; each result the bytes before its first element.
;
; What is read of an object is the type, behind its reference count, and numpy's C struct of an array,
; which is a part of its binary interface; direct.py tries whether it lies so.

target triple = "x86_64-unknown-linux-gnu"

; count of references, type, data, rank, shape, strides, base, dtype, flags
%Array = type { i64, ptr, ptr, i32, ptr, ptr, ptr, ptr, i32 }
; arrays' type, dtype of bytes, arguments, results, code, constants
%Table = type { ptr, ptr, i64, i64, ptr, ptr }
; dtype, rank, bytes of an element, bytes before the first one, bytes of everything: 0 for an array
; that needs no more than its elements
%Argument = type { ptr, i64, i64, i64, i64 }

declare ptr @PyEval_SaveThread()
declare void @PyEval_RestoreThread(ptr)
declare ptr @PyBool_FromLong(i64)

; Whether `count` words are the same.
define internal i1 @same(ptr %a, ptr %b, i64 %count) alwaysinline {
entry:
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %after, %equal ]
  %more = icmp ult i64 %i, %count
  br i1 %more, label %compare, label %done
compare:
  %a.at = getelementptr i64, ptr %a, i64 %i
  %b.at = getelementptr i64, ptr %b, i64 %i
  %a.word = load i64, ptr %a.at
  %b.word = load i64, ptr %b.at
  %one = icmp eq i64 %a.word, %b.word
  br i1 %one, label %equal, label %done
equal:
  %after = add i64 %i, 1
  br label %next
done:
  %result = phi i1 [ true, %next ], [ false, %compare ]
  ret i1 %result
}

; Whether the array that this one is a view of, through however many others, begins at `start` or
; before, and holds `size` bytes from there: bytes or elements of the argument's dtype, contiguous.
define internal i1 @has_room(ptr %table, ptr %argument, ptr %array, i64 %start, i64 %size) {
entry:
  %type = load ptr, ptr %table
  br label %climb
climb:
  %root = phi ptr [ %array, %entry ], [ %base, %check ]
  %base.at = getelementptr %Array, ptr %root, i32 0, i32 6
  %base = load ptr, ptr %base.at
  %none = icmp eq ptr %base, null
  br i1 %none, label %found, label %check
check:
  %base.type.at = getelementptr %Array, ptr %base, i32 0, i32 1
  %base.type = load ptr, ptr %base.type.at
  %is.array = icmp eq ptr %base.type, %type
  br i1 %is.array, label %climb, label %found
found:
  %flags.at = getelementptr %Array, ptr %root, i32 0, i32 8
  %flags = load i32, ptr %flags.at
  %contiguous = trunc i32 %flags to i1
  br i1 %contiguous, label %measure, label %no
measure:
  %dtype.at = getelementptr %Array, ptr %root, i32 0, i32 7
  %dtype = load ptr, ptr %dtype.at
  %byte.at = getelementptr %Table, ptr %table, i32 0, i32 1
  %byte = load ptr, ptr %byte.at
  %is.bytes = icmp eq ptr %dtype, %byte
  %wanted = load ptr, ptr %argument
  %is.wanted = icmp eq ptr %dtype, %wanted
  %item.at = getelementptr %Argument, ptr %argument, i32 0, i32 2
  %item = load i64, ptr %item.at
  %element = select i1 %is.bytes, i64 1, i64 %item
  %known = or i1 %is.bytes, %is.wanted
  br i1 %known, label %multiply, label %no
multiply:
  %rank.at = getelementptr %Array, ptr %root, i32 0, i32 3
  %rank = load i32, ptr %rank.at
  %shape.at = getelementptr %Array, ptr %root, i32 0, i32 4
  %shape = load ptr, ptr %shape.at
  br label %axis
axis:
  %i = phi i32 [ 0, %multiply ], [ %i.next, %times ]
  %bytes = phi i64 [ %element, %multiply ], [ %bytes.next, %times ]
  %more = icmp ult i32 %i, %rank
  br i1 %more, label %times, label %compare
times:
  %dim.at = getelementptr i64, ptr %shape, i32 %i
  %dim = load i64, ptr %dim.at
  %bytes.next = mul i64 %bytes, %dim
  %i.next = add i32 %i, 1
  br label %axis
compare:
  %data.at = getelementptr %Array, ptr %root, i32 0, i32 2
  %data = load i64, ptr %data.at
  %begins = icmp uge i64 %start, %data
  %end = add i64 %start, %size
  %data.end = add i64 %data, %bytes
  %ends = icmp ule i64 %end, %data.end
  %room = and i1 %begins, %ends
  ret i1 %room
no:
  ret i1 false
}

define ptr @qfin_direct_call(ptr %self, ptr %args, i64 %n) {
entry:
  ; The code gets as many pointers as there can be (MOST_ARRAYS of direct.py, arena and constants), and
  ; reads those that it has parameters for.
  %pointers = alloca [14 x ptr], align 16
  call void @llvm.memset.p0.i64(ptr %pointers, i8 0, i64 112, i1 false)
  %table.at = getelementptr %Array, ptr %self, i32 0, i32 2
  %table = load ptr, ptr %table.at
  %type = load ptr, ptr %table
  %inputs.at = getelementptr %Table, ptr %table, i32 0, i32 2
  %inputs = load i64, ptr %inputs.at
  %outputs.at = getelementptr %Table, ptr %table, i32 0, i32 3
  %outputs = load i64, ptr %outputs.at
  %first = getelementptr %Table, ptr %table, i32 1
  %arrays = add i64 %inputs, %outputs
  %all = add i64 %arrays, 1
  %complete = icmp eq i64 %n, %all
  br i1 %complete, label %argument, label %refuse

argument:
  %i = phi i64 [ 0, %entry ], [ %i.next, %take ]
  %record = phi ptr [ %first, %entry ], [ %record.next, %take ]
  %more = icmp ult i64 %i, %inputs
  br i1 %more, label %check, label %results
check:
  %x.at = getelementptr ptr, ptr %args, i64 %i
  %x = load ptr, ptr %x.at
  %x.type.at = getelementptr %Array, ptr %x, i32 0, i32 1
  %x.type = load ptr, ptr %x.type.at
  %is.array = icmp eq ptr %x.type, %type
  br i1 %is.array, label %check.dtype, label %refuse
check.dtype:
  %x.dtype.at = getelementptr %Array, ptr %x, i32 0, i32 7
  %x.dtype = load ptr, ptr %x.dtype.at
  %dtype = load ptr, ptr %record
  %same.dtype = icmp eq ptr %x.dtype, %dtype
  %x.rank.at = getelementptr %Array, ptr %x, i32 0, i32 3
  %x.rank.word = load i32, ptr %x.rank.at
  %x.rank = zext i32 %x.rank.word to i64
  %rank.at = getelementptr %Argument, ptr %record, i32 0, i32 1
  %rank = load i64, ptr %rank.at
  %same.rank = icmp eq i64 %x.rank, %rank
  %alike = and i1 %same.dtype, %same.rank
  br i1 %alike, label %check.shape, label %refuse
check.shape:
  %shape = getelementptr %Argument, ptr %record, i32 1
  %x.shape.at = getelementptr %Array, ptr %x, i32 0, i32 4
  %x.shape = load ptr, ptr %x.shape.at
  %same.shape = call i1 @same(ptr %x.shape, ptr %shape, i64 %rank)
  br i1 %same.shape, label %check.strides, label %refuse
check.strides:
  %strides = getelementptr i64, ptr %shape, i64 %rank
  %x.strides.at = getelementptr %Array, ptr %x, i32 0, i32 5
  %x.strides = load ptr, ptr %x.strides.at
  %same.strides = call i1 @same(ptr %x.strides, ptr %strides, i64 %rank)
  br i1 %same.strides, label %check.room, label %refuse
check.room:
  %x.data.at = getelementptr %Array, ptr %x, i32 0, i32 2
  %x.data = load i64, ptr %x.data.at
  %before.at = getelementptr %Argument, ptr %record, i32 0, i32 3
  %before = load i64, ptr %before.at
  %start = sub i64 %x.data, %before
  %size.at = getelementptr %Argument, ptr %record, i32 0, i32 4
  %size = load i64, ptr %size.at
  %bare = icmp eq i64 %size, 0
  br i1 %bare, label %take, label %check.root
check.root:
  %room = call i1 @has_room(ptr %table, ptr %record, ptr %x, i64 %start, i64 %size)
  br i1 %room, label %take, label %refuse
take:
  %x.pointer.at = getelementptr ptr, ptr %pointers, i64 %i
  store i64 %start, ptr %x.pointer.at
  %record.next = getelementptr i64, ptr %strides, i64 %rank
  %i.next = add i64 %i, 1
  br label %argument

results:
  %o = phi i64 [ %inputs, %argument ], [ %o.next, %result ]
  %y.before.at = phi ptr [ %record, %argument ], [ %y.before.next, %result ]
  %o.more = icmp ult i64 %o, %arrays
  br i1 %o.more, label %result, label %run
result:
  %y.at = getelementptr ptr, ptr %args, i64 %o
  %y = load ptr, ptr %y.at
  %y.data.at = getelementptr %Array, ptr %y, i32 0, i32 2
  %y.data = load i64, ptr %y.data.at
  %y.before = load i64, ptr %y.before.at
  %y.start = sub i64 %y.data, %y.before
  %y.pointer.at = getelementptr ptr, ptr %pointers, i64 %o
  store i64 %y.start, ptr %y.pointer.at
  %y.before.next = getelementptr i64, ptr %y.before.at, i64 1
  %o.next = add i64 %o, 1
  br label %results

run:
  %arena.at = getelementptr ptr, ptr %args, i64 %arrays
  %arena = load ptr, ptr %arena.at
  %arena.data.at = getelementptr %Array, ptr %arena, i32 0, i32 2
  %arena.data = load ptr, ptr %arena.data.at
  %arena.pointer.at = getelementptr ptr, ptr %pointers, i64 %arrays
  store ptr %arena.data, ptr %arena.pointer.at
  %constants.at = getelementptr %Table, ptr %table, i32 0, i32 5
  %constants = load ptr, ptr %constants.at
  %constants.pointer.at = getelementptr ptr, ptr %pointers, i64 %all
  store ptr %constants, ptr %constants.pointer.at
  %code.at = getelementptr %Table, ptr %table, i32 0, i32 4
  %code = load ptr, ptr %code.at
  %p0 = load ptr, ptr %pointers
  %p1.at = getelementptr ptr, ptr %pointers, i64 1
  %p1 = load ptr, ptr %p1.at
  %p2.at = getelementptr ptr, ptr %pointers, i64 2
  %p2 = load ptr, ptr %p2.at
  %p3.at = getelementptr ptr, ptr %pointers, i64 3
  %p3 = load ptr, ptr %p3.at
  %p4.at = getelementptr ptr, ptr %pointers, i64 4
  %p4 = load ptr, ptr %p4.at
  %p5.at = getelementptr ptr, ptr %pointers, i64 5
  %p5 = load ptr, ptr %p5.at
  %p6.at = getelementptr ptr, ptr %pointers, i64 6
  %p6 = load ptr, ptr %p6.at
  %p7.at = getelementptr ptr, ptr %pointers, i64 7
  %p7 = load ptr, ptr %p7.at
  %p8.at = getelementptr ptr, ptr %pointers, i64 8
  %p8 = load ptr, ptr %p8.at
  %p9.at = getelementptr ptr, ptr %pointers, i64 9
  %p9 = load ptr, ptr %p9.at
  %p10.at = getelementptr ptr, ptr %pointers, i64 10
  %p10 = load ptr, ptr %p10.at
  %p11.at = getelementptr ptr, ptr %pointers, i64 11
  %p11 = load ptr, ptr %p11.at
  %p12.at = getelementptr ptr, ptr %pointers, i64 12
  %p12 = load ptr, ptr %p12.at
  %p13.at = getelementptr ptr, ptr %pointers, i64 13
  %p13 = load ptr, ptr %p13.at
  %thread = call ptr @PyEval_SaveThread()
  call void %code(ptr %p0, ptr %p1, ptr %p2, ptr %p3, ptr %p4, ptr %p5, ptr %p6,
                  ptr %p7, ptr %p8, ptr %p9, ptr %p10, ptr %p11, ptr %p12, ptr %p13)
  call void @PyEval_RestoreThread(ptr %thread)
  %true = call ptr @PyBool_FromLong(i64 1)
  ret ptr %true
refuse:
  %false = call ptr @PyBool_FromLong(i64 0)
  ret ptr %false
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
