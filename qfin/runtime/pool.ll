; The threads of generated code: one pool per process. LLVM IR for x86-64 Linux, loaded by pool.py.
;
; @qfin_parallel_for(fn, args, n, threads) calls fn(args, begin, end) for chunks that make up
; [0, n), on the caller and up to threads - 1 workers, and returns when all are done.
;
; A job. The caller writes it to @job and counts @job.seq from one even number to the next; the odd
; number between says "being written". A worker reads @job, then @job.seq again: the same even number
; means that it has read one job, not halves of two. That number, the job's epoch, is also in the
; upper half of each part's word, so that a worker which comes late, with an old job in its
; registers, cannot draw from a newer one: its compare-and-exchange fails.
;
; Parts. [0, n) is cut into as many equal parts as there are threads, thread i draws chunks from part
; i, and from the others' when its own is empty. So the same rows stay in the same core's cache from
; one kernel to the next, and nobody waits for a thread that the system runs late or never: the
; caller waits for chunks that were drawn (@join.remaining), not for threads.
;
; Waiting. A worker without a job spins for some 50 us, then yields between looks, and sleeps in a
; futex after some 0.3 ms. The caller wakes it only if @idle says that somebody may sleep; each
; sleeper counts itself there before it looks at @job.seq for the last time. The caller spins for
; chunks under way for at most some 50 us, then sleeps in a futex, too. Times are in ticks of the
; time stamp counter, of 1 to 4 GHz.
;
; Places. The system may run a worker on its caller's processor, where both take turns while others
; idle; some schedulers pack threads so, and balance them after milliseconds. A worker that finds
; itself there goes to another processor of those that it may use, and stays free to move; one that
; sleeps is woken on another (@spread).
;
; @busy is held by the caller whose job runs. Who finds it taken, another thread or a nested call,
; does all of its own job itself. So no two jobs meet, and nobody waits for another's job.

target triple = "x86_64-unknown-linux-gnu"

%Job = type { i32, i32, ptr, ptr, i64, i64, i32, [20 x i8] }
%Join = type { i32, i32, [56 x i8] }
%Part = type { i64, [56 x i8] }

; Each on cache lines of its own.
@job = internal global %Job zeroinitializer, align 64        ; seq, threads, fn, args, n, chunk, cpu
@join = internal global %Join zeroinitializer, align 64      ; rows remaining, does the caller sleep
@idle = internal global [16 x i32] zeroinitializer, align 64 ; how many may sleep
@parts = internal global [64 x %Part] zeroinitializer, align 64 ; epoch << 32 | next row to draw
@busy = internal global i32 0, align 64
@stopping = internal global i32 0
@started = internal global i32 0                             ; workers 1 ... started
@handles = internal global [64 x i64] zeroinitializer
@tids = internal global [64 x i32] zeroinitializer           ; what the system calls each worker
@asleep = internal global [64 x i32] zeroinitializer         ; 1: perhaps, 2, 3: see @spread
@masks = internal global [64 x [128 x i64]] zeroinitializer  ; processors they may use, meanwhile

declare i64 @syscall(i64, ...)
declare i32 @sched_yield()
declare i32 @sched_getcpu()
declare i32 @memcmp(ptr, ptr, i64)
declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_join(i64, ptr)
declare i32 @pthread_sigmask(i32, ptr, ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.x86.sse2.pause()
declare i64 @llvm.readcyclecounter()
declare i64 @llvm.umin.i64(i64, i64)

; futex is system call 202; 128 is FUTEX_WAIT_PRIVATE, 129 FUTEX_WAKE_PRIVATE.
define internal void @sleep_while(ptr %word, i32 %value) {
  call i64 (i64, ...) @syscall(i64 202, ptr %word, i32 128, i32 %value, ptr null)
  ret void
}

define internal void @wake_all(ptr %word) {
  call i64 (i64, ...) @syscall(i64 202, ptr %word, i32 129, i32 2147483647)
  ret void
}

; A mask of processors, of up to 8192, without number `cpu`.
define internal void @copy_without(ptr %others, ptr %mask, i32 %cpu) {
  call void @llvm.memcpy.p0.p0.i64(ptr %others, ptr %mask, i64 1024, i1 false)
  %cpu_64 = zext i32 %cpu to i64
  %word = lshr i64 %cpu_64, 6
  %bit = and i64 %cpu_64, 63
  %only_here = shl i64 1, %bit
  %not_here = xor i64 %only_here, -1
  %word_at = getelementptr [128 x i64], ptr %others, i64 0, i64 %word
  %old = load i64, ptr %word_at
  %new = and i64 %old, %not_here
  store i64 %new, ptr %word_at
  ret void
}

; Leaves processor `cpu`, the caller's, if this thread is there and may run on another; then it may
; run where it might before, unless somebody has said otherwise meanwhile. System calls 203 and 204
; are sched_setaffinity and sched_getaffinity; 0 is this thread.
define internal void @leave_processor(i32 %cpu) {
entry:
  %here = call i32 @sched_getcpu()
  %shared = icmp eq i32 %here, %cpu
  br i1 %shared, label %which, label %done
which:
  %all = alloca [128 x i64], align 8
  %others = alloca [128 x i64], align 8
  %now = alloca [128 x i64], align 8
  call void @llvm.memset.p0.i64(ptr %all, i8 0, i64 1024, i1 false)
  %size = call i64 (i64, ...) @syscall(i64 204, i32 0, i64 1024, ptr %all)
  %known = icmp sgt i64 %size, 0
  %small = icmp ult i32 %cpu, 8192
  %possible = and i1 %known, %small
  br i1 %possible, label %move, label %done
move:
  call void @copy_without(ptr %others, ptr %all, i32 %cpu)
  ; Refused where nothing is left; else this thread runs elsewhere when the call returns.
  %refused = call i64 (i64, ...) @syscall(i64 203, i32 0, i64 %size, ptr %others)
  %moved = icmp eq i64 %refused, 0
  br i1 %moved, label %look, label %done
look:
  %again = call i64 (i64, ...) @syscall(i64 204, i32 0, i64 1024, ptr %now)
  %difference = call i32 @memcmp(ptr %now, ptr %others, i64 %size)
  %ours = icmp eq i32 %difference, 0
  br i1 %ours, label %free, label %done
free:
  %freed = call i64 (i64, ...) @syscall(i64 203, i32 0, i64 %size, ptr %all)
  br label %done
done:
  ret void
}

; The first row of a part; that of part `threads` is n. n < 2^31, threads <= 64.
define internal i64 @part_begin(i64 %n, i64 %part, i64 %threads) {
  %product = mul i64 %n, %part
  %begin = udiv i64 %product, %threads
  ret i64 %begin
}

; Draws and does chunks until all are drawn: thread `id`'s own part first, then the others'.
define internal void @work(i64 %id, i32 %epoch, i64 %threads, ptr %fn, ptr %args, i64 %n,
                           i64 %chunk) {
entry:
  br label %next_part
next_part:
  %k = phi i64 [ 0, %entry ], [ %k_next, %empty ]
  %turn = add i64 %id, %k
  %part = urem i64 %turn, %threads
  %behind = add i64 %part, 1
  %end = call i64 @part_begin(i64 %n, i64 %behind, i64 %threads)
  %word = getelementptr %Part, ptr @parts, i64 %part
  br label %draw
draw:
  %old = load atomic i64, ptr %word acquire, align 64
  %old_upper = lshr i64 %old, 32
  %old_epoch = trunc i64 %old_upper to i32
  %current = icmp eq i32 %old_epoch, %epoch
  br i1 %current, label %look, label %over
look:
  %begin = and i64 %old, 4294967295
  %some = icmp ult i64 %begin, %end
  br i1 %some, label %take, label %empty
take:
  %left = sub i64 %end, %begin
  %size = call i64 @llvm.umin.i64(i64 %left, i64 %chunk)
  %new = add i64 %old, %size
  %exchanged = cmpxchg ptr %word, i64 %old, i64 %new acq_rel acquire
  %taken = extractvalue { i64, i1 } %exchanged, 1
  br i1 %taken, label %do, label %draw
do:
  %chunk_end = add i64 %begin, %size
  call void %fn(ptr %args, i64 %begin, i64 %chunk_end)
  %done = trunc i64 %size to i32
  %before = atomicrmw sub ptr @join, i32 %done seq_cst
  %last = icmp eq i32 %before, %done
  br i1 %last, label %finish, label %draw
finish:
  %sleeper = getelementptr %Join, ptr @join, i64 0, i32 1
  %sleeps = load atomic i32, ptr %sleeper seq_cst, align 4
  %wake = icmp ne i32 %sleeps, 0
  br i1 %wake, label %wake_caller, label %over
wake_caller:
  call void @wake_all(ptr @join)
  br label %over
empty:
  %k_next = add i64 %k, 1
  %more = icmp ult i64 %k_next, %threads
  br i1 %more, label %next_part, label %over
over:
  ret void
}

; The life of worker `id`.
define internal ptr @worker(ptr %number) {
entry:
  %id = ptrtoint ptr %number to i64
  %tid_at = getelementptr [64 x i32], ptr @tids, i64 0, i64 %id
  %flag = getelementptr [64 x i32], ptr @asleep, i64 0, i64 %id
  %mask = getelementptr [64 x [128 x i64]], ptr @masks, i64 0, i64 %id
  %tid_64 = call i64 (i64, ...) @syscall(i64 186)
  %tid = trunc i64 %tid_64 to i32
  store i32 %tid, ptr %tid_at
  br label %idle
idle:                                         ; all before job `seen` is done with
  %idle_seen = phi i32 [ 0, %entry ], [ %seen, %awake ], [ %seen, %free ], [ %seq, %mine ]
  %now = call i64 @llvm.readcyclecounter()
  br label %spin
spin:
  %seen = phi i32 [ %idle_seen, %idle ], [ %seen, %pause ], [ %seen, %yield ], [ %seen, %read ],
                  [ %seq, %not_mine ]
  %since = phi i64 [ %now, %idle ], [ %since, %pause ], [ %since, %yield ], [ %since, %read ],
                   [ %since, %not_mine ]
  %seq = load atomic i32, ptr @job acquire, align 64
  %fresh = icmp ne i32 %seq, %seen
  %odd = trunc i32 %seq to i1
  %whole = xor i1 %odd, true
  %ready = and i1 %fresh, %whole
  br i1 %ready, label %read, label %wait

wait:
  %later = call i64 @llvm.readcyclecounter()
  %waited = sub i64 %later, %since
  %hot = icmp ult i64 %waited, 131072
  br i1 %hot, label %pause, label %cool
pause:
  call void @llvm.x86.sse2.pause()
  br label %spin
cool:
  %warm = icmp ult i64 %waited, 1048576
  br i1 %warm, label %yield, label %rest
yield:
  call i32 @sched_yield()
  br label %spin
rest:
  store atomic i32 1, ptr %flag seq_cst, align 4
  atomicrmw add ptr @idle, i32 1 seq_cst
  %last_look = load atomic i32, ptr @job seq_cst, align 64
  %still = icmp eq i32 %last_look, %seen
  br i1 %still, label %nap, label %awake
nap:
  call void @sleep_while(ptr @job, i32 %seen)
  br label %awake
awake:
  %waking = cmpxchg ptr %flag, i32 1, i32 0 seq_cst seq_cst
  %state = extractvalue { i32, i1 } %waking, 0
  %alone = extractvalue { i32, i1 } %waking, 1
  br i1 %alone, label %idle, label %moved
moved:
  %ready_to = icmp eq i32 %state, 3
  br i1 %ready_to, label %free, label %awake_soon
awake_soon:
  call void @llvm.x86.sse2.pause()
  br label %awake
free:
  %freed = call i64 (i64, ...) @syscall(i64 203, i32 0, i64 1024, ptr %mask)
  store atomic i32 0, ptr %flag seq_cst, align 4
  br label %idle

read:
  %threads_at = getelementptr %Job, ptr @job, i64 0, i32 1
  %fn_at = getelementptr %Job, ptr @job, i64 0, i32 2
  %args_at = getelementptr %Job, ptr @job, i64 0, i32 3
  %n_at = getelementptr %Job, ptr @job, i64 0, i32 4
  %chunk_at = getelementptr %Job, ptr @job, i64 0, i32 5
  %cpu_at = getelementptr %Job, ptr @job, i64 0, i32 6
  %threads_32 = load atomic i32, ptr %threads_at acquire, align 4
  %fn = load atomic ptr, ptr %fn_at acquire, align 8
  %args = load atomic ptr, ptr %args_at acquire, align 8
  %n = load atomic i64, ptr %n_at acquire, align 8
  %chunk = load atomic i64, ptr %chunk_at acquire, align 8
  %cpu = load atomic i32, ptr %cpu_at acquire, align 8
  %stop = load atomic i32, ptr @stopping acquire, align 4
  %again = load atomic i32, ptr @job acquire, align 64
  %one_job = icmp eq i32 %again, %seq
  br i1 %one_job, label %check, label %spin
check:
  %end = icmp ne i32 %stop, 0
  br i1 %end, label %leave, label %whose
whose:
  %threads = zext i32 %threads_32 to i64
  %for_me = icmp ult i64 %id, %threads
  br i1 %for_me, label %mine, label %not_mine
mine:
  call void @leave_processor(i32 %cpu)
  call void @work(i64 %id, i32 %seq, i64 %threads, ptr %fn, ptr %args, i64 %n, i64 %chunk)
  br label %idle
not_mine:                                     ; others' jobs do not keep this worker awake
  br label %spin
leave:
  ret ptr null
}

; Starts workers up to number `last`, unless the system refuses; gives the number of the last one.
; They take no signals: those are for Python's threads.
define internal i32 @start(i32 %last) {
entry:
  %all = alloca [16 x i64], align 16
  %old = alloca [16 x i64], align 16
  %have = load i32, ptr @started
  %enough = icmp uge i32 %have, %last
  br i1 %enough, label %unchanged, label %begin
unchanged:
  ret i32 %have
begin:
  call void @llvm.memset.p0.i64(ptr %all, i8 -1, i64 128, i1 false)
  call i32 @pthread_sigmask(i32 0, ptr %all, ptr %old)
  br label %next
next:
  %count = phi i32 [ %have, %begin ], [ %number, %created ]
  %number = add i32 %count, 1
  %id = zext i32 %number to i64
  %handle = getelementptr [64 x i64], ptr @handles, i64 0, i64 %id
  %argument = inttoptr i64 %id to ptr
  %refused = call i32 @pthread_create(ptr %handle, ptr null, ptr @worker, ptr %argument)
  %is_there = icmp eq i32 %refused, 0
  br i1 %is_there, label %created, label %done
created:
  %more = icmp ult i32 %number, %last
  br i1 %more, label %next, label %done
done:
  %there = phi i32 [ %count, %next ], [ %number, %created ]
  store i32 %there, ptr @started
  call i32 @pthread_sigmask(i32 2, ptr %old, ptr null)
  ret i32 %there
}

; The caller sees to it that workers which sleep wake up on other processors than its own: @asleep
; of such a one goes from 1 to 2, and to 3 when its mask is without this processor. The worker
; restores the mask when it is awake.
define internal void @spread() {
entry:
  %others = alloca [128 x i64], align 8
  %cpu = call i32 @sched_getcpu()
  %small = icmp ult i32 %cpu, 8192
  %last = load i32, ptr @started
  br i1 %small, label %next, label %done
next:
  %id = phi i32 [ 0, %entry ], [ %number, %look ], [ %number, %move ]
  %number = add i32 %id, 1
  %more = icmp ule i32 %number, %last
  br i1 %more, label %look, label %done
look:
  %at = zext i32 %number to i64
  %flag = getelementptr [64 x i32], ptr @asleep, i64 0, i64 %at
  %taking = cmpxchg ptr %flag, i32 1, i32 2 seq_cst seq_cst
  %taken = extractvalue { i32, i1 } %taking, 1
  br i1 %taken, label %move, label %next
move:
  %tid_at = getelementptr [64 x i32], ptr @tids, i64 0, i64 %at
  %tid = load i32, ptr %tid_at
  %mask = getelementptr [64 x [128 x i64]], ptr @masks, i64 0, i64 %at
  call void @llvm.memset.p0.i64(ptr %mask, i8 0, i64 1024, i1 false)
  %size = call i64 (i64, ...) @syscall(i64 204, i32 %tid, i64 1024, ptr %mask)
  call void @copy_without(ptr %others, ptr %mask, i32 %cpu)
  %set = call i64 (i64, ...) @syscall(i64 203, i32 %tid, i64 1024, ptr %others)
  store atomic i32 3, ptr %flag seq_cst, align 4
  br label %next
done:
  ret void
}

define internal void @publish(i32 %seq) {
  %old = atomicrmw xchg ptr @job, i32 %seq seq_cst
  %sleepers = load atomic i32, ptr @idle seq_cst, align 64
  %none = icmp eq i32 %sleepers, 0
  br i1 %none, label %done, label %wake
wake:
  store atomic i32 0, ptr @idle seq_cst, align 64
  call void @spread()
  call void @wake_all(ptr @job)
  br label %done
done:
  ret void
}

; Waits until all chunks are done.
define internal void @wait_for_chunks() {
entry:
  %since = call i64 @llvm.readcyclecounter()
  br label %spin
spin:
  %remaining = load atomic i32, ptr @join acquire, align 64
  %done = icmp eq i32 %remaining, 0
  br i1 %done, label %out, label %wait
wait:
  call void @llvm.x86.sse2.pause()
  %now = call i64 @llvm.readcyclecounter()
  %waited = sub i64 %now, %since
  %patient = icmp ult i64 %waited, 131072
  br i1 %patient, label %spin, label %sleepy
sleepy:
  %sleeper = getelementptr %Join, ptr @join, i64 0, i32 1
  %old = atomicrmw xchg ptr %sleeper, i32 1 seq_cst
  br label %look
look:
  %left = load atomic i32, ptr @join seq_cst, align 64
  %over = icmp eq i32 %left, 0
  br i1 %over, label %out, label %nap
nap:
  call void @sleep_while(ptr @join, i32 %left)
  br label %look
out:
  ret void
}

define void @qfin_parallel_for(ptr %fn, ptr %args, i64 %n, i64 %wanted) {
entry:
  %useful = call i64 @llvm.umin.i64(i64 %n, i64 %wanted)
  %at_most = call i64 @llvm.umin.i64(i64 %useful, i64 64)
  %several = icmp ugt i64 %at_most, 1
  br i1 %several, label %lock, label %alone
alone:
  call void %fn(ptr %args, i64 0, i64 %n)
  ret void

lock:
  %locking = cmpxchg ptr @busy, i32 0, i32 1 acquire monotonic
  %locked = extractvalue { i32, i1 } %locking, 1
  br i1 %locked, label %workers, label %alone
workers:
  %at_most_32 = trunc i64 %at_most to i32
  %last = sub i32 %at_most_32, 1
  %started = call i32 @start(i32 %last)
  %with_me = add i32 %started, 1
  %there = zext i32 %with_me to i64
  %threads = call i64 @llvm.umin.i64(i64 %at_most, i64 %there)
  %threads_32 = trunc i64 %threads to i32

  ; Two chunks a thread: with more, the weights are read more often than it helps.
  %shares = mul i64 %threads, 2
  %up = add i64 %n, %shares
  %round_up = sub i64 %up, 1
  %chunk = udiv i64 %round_up, %shares

  ; Release: each store is seen after those before it.
  %last_epoch = load atomic i32, ptr @job monotonic, align 64
  %odd = add i32 %last_epoch, 1
  %epoch = add i32 %last_epoch, 2
  store atomic i32 %odd, ptr @job release, align 64
  %threads_at = getelementptr %Job, ptr @job, i64 0, i32 1
  %fn_at = getelementptr %Job, ptr @job, i64 0, i32 2
  %args_at = getelementptr %Job, ptr @job, i64 0, i32 3
  %n_at = getelementptr %Job, ptr @job, i64 0, i32 4
  %chunk_at = getelementptr %Job, ptr @job, i64 0, i32 5
  %cpu_at = getelementptr %Job, ptr @job, i64 0, i32 6
  %cpu = call i32 @sched_getcpu()
  store atomic i32 %threads_32, ptr %threads_at release, align 4
  store atomic ptr %fn, ptr %fn_at release, align 8
  store atomic ptr %args, ptr %args_at release, align 8
  store atomic i64 %n, ptr %n_at release, align 8
  store atomic i64 %chunk, ptr %chunk_at release, align 8
  store atomic i32 %cpu, ptr %cpu_at release, align 8
  %rows = trunc i64 %n to i32
  %sleeper = getelementptr %Join, ptr @join, i64 0, i32 1
  store atomic i32 %rows, ptr @join release, align 64
  store atomic i32 0, ptr %sleeper release, align 4
  %epoch_64 = zext i32 %epoch to i64
  %upper = shl i64 %epoch_64, 32
  br label %fill
fill:
  %part = phi i64 [ 0, %workers ], [ %part_next, %fill ]
  %begin = call i64 @part_begin(i64 %n, i64 %part, i64 %threads)
  %word = or i64 %upper, %begin
  %word_at = getelementptr %Part, ptr @parts, i64 %part
  store atomic i64 %word, ptr %word_at release, align 64
  %part_next = add i64 %part, 1
  %more = icmp ult i64 %part_next, %threads
  br i1 %more, label %fill, label %go
go:
  call void @publish(i32 %epoch)
  call void @work(i64 0, i32 %epoch, i64 %threads, ptr %fn, ptr %args, i64 %n, i64 %chunk)
  call void @wait_for_chunks()
  store atomic i32 0, ptr @busy release, align 4
  ret void
}

; In the child of a fork, which has one thread: there are no workers and no job.
define void @qfin_pool_reset() {
  store atomic i32 0, ptr @job seq_cst, align 64
  store atomic i32 0, ptr @idle seq_cst, align 64
  store atomic i32 0, ptr @stopping seq_cst, align 4
  call void @llvm.memset.p0.i64(ptr @asleep, i8 0, i64 256, i1 false)
  store i32 0, ptr @started
  store atomic i32 0, ptr @busy seq_cst, align 4
  ret void
}

; Ends the workers, after the job that runs; later jobs run on their callers alone.
define void @qfin_pool_stop() {
entry:
  br label %lock
lock:
  %locking = cmpxchg ptr @busy, i32 0, i32 1 acquire monotonic
  %locked = extractvalue { i32, i1 } %locking, 1
  br i1 %locked, label %stop, label %wait
wait:
  call i32 @sched_yield()
  br label %lock
stop:
  store atomic i32 1, ptr @stopping seq_cst, align 4
  %last_epoch = load atomic i32, ptr @job monotonic, align 64
  %epoch = add i32 %last_epoch, 2
  call void @publish(i32 %epoch)
  call void @wake_all(ptr @job)
  %started = load i32, ptr @started
  br label %next
next:
  %number = phi i32 [ 0, %stop ], [ %number_next, %end ]
  %more = icmp ult i32 %number, %started
  br i1 %more, label %end, label %done
end:
  %number_next = add i32 %number, 1
  %id = zext i32 %number_next to i64
  %handle_at = getelementptr [64 x i64], ptr @handles, i64 0, i64 %id
  %handle = load i64, ptr %handle_at
  call i32 @pthread_join(i64 %handle, ptr null)
  br label %next
done:
  store i32 0, ptr @started
  ret void
}

; How many workers there are.
define i32 @qfin_pool_workers() {
  %started = load atomic i32, ptr @started monotonic, align 4
  ret i32 %started
}
