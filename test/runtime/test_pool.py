"""The pool of threads: each row done once, whatever else happens to threads and processes."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from qfin import target as targets
from qfin.runtime import pool
from qfin.target import codegen

# @many calls the pool `times` times; @count adds 1 to each of its rows, @outer calls the pool for
# each of its rows with the rest of the block, @slow writes who did a row after some 200 us.
CODE = """
target triple = "x86_64-unknown-linux-gnu"
declare void @qfin_parallel_for(ptr, ptr, i64, i64)
declare i64 @syscall(i64, ...)
declare i64 @llvm.readcyclecounter()
define void @count(ptr %rows, i64 %begin, i64 %end) {
entry:
  br label %row
row:
  %i = phi i64 [ %begin, %entry ], [ %next, %row ]
  %at = getelementptr i64, ptr %rows, i64 %i
  %old = load i64, ptr %at
  %new = add i64 %old, 1
  store i64 %new, ptr %at
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %end
  br i1 %more, label %row, label %done
done:
  ret void
}
define void @outer(ptr %rows, i64 %begin, i64 %end) {
entry:
  br label %row
row:
  %i = phi i64 [ %begin, %entry ], [ %next, %row ]
  %offset = mul i64 %i, 10
  %at = getelementptr i64, ptr %rows, i64 %offset
  call void @qfin_parallel_for(ptr @count, ptr %at, i64 10, i64 3)
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %end
  br i1 %more, label %row, label %done
done:
  ret void
}
define void @slow(ptr %rows, i64 %begin, i64 %end) {
entry:
  %who = call i64 (i64, ...) @syscall(i64 186)
  br label %row
row:
  %i = phi i64 [ %begin, %entry ], [ %next, %write ]
  %start = call i64 @llvm.readcyclecounter()
  br label %wait
wait:
  %now = call i64 @llvm.readcyclecounter()
  %ticks = sub i64 %now, %start
  %long = icmp ugt i64 %ticks, 500000
  br i1 %long, label %write, label %wait
write:
  %at = getelementptr i64, ptr %rows, i64 %i
  store i64 %who, ptr %at
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %end
  br i1 %more, label %row, label %done
done:
  ret void
}
define void @many(ptr %fn, ptr %rows, i64 %n, i64 %threads, i64 %times) {
entry:
  br label %call
call:
  %i = phi i64 [ 0, %entry ], [ %next, %call ]
  call void @qfin_parallel_for(ptr %fn, ptr %rows, i64 %n, i64 %threads)
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %times
  br i1 %more, label %call, label %done
done:
  ret void
}
"""


class Jobs:
    """Jobs in machine code, which release the GIL."""

    def __init__(self) -> None:
        self.pool = pool.load()
        self._code = codegen.load(CODE, targets.resolve("native"))
        kinds = [ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int64] * 3]
        self._many = ctypes.CFUNCTYPE(None, *kinds)(self._code.function("many"))
        # Not at each run: llvmlite holds a lock then, which a fork would copy.
        self._functions = {n: self._code.function(n) for n in ("count", "outer", "slow")}

    def run(self, name: str, size: int, n: int, threads: int, times: int = 1) -> list[int]:
        """`size` numbers, 0 at first, after so many jobs of n rows."""
        rows = np.zeros(size, np.int64)
        self._many(self._functions[name], rows.ctypes.data, n, threads, times)
        return rows.tolist()

    def count(self, n: int, threads: int, times: int) -> bool:
        """Whether each of n rows was done once in each job."""
        return self.run("count", n, n, threads, times) == [times] * n


@pytest.fixture(scope="module")
def jobs() -> Jobs:
    return Jobs()


@pytest.mark.parametrize("threads", [1, 2, 3, 4, 7, 64, 1000])
def test_each_row_is_done_once(jobs: Jobs, threads: int) -> None:
    rng = random.Random(threads)
    for n in (1, 2, 3, 4, 5, 7, 63, 64, 65, *(rng.randrange(2, 5000) for _ in range(5))):
        assert jobs.count(n, threads, 20), (n, threads)
    assert jobs.pool.workers <= 63


@pytest.mark.parametrize("threads", [2, 4])
def test_thousands_of_tiny_jobs(jobs: Jobs, threads: int) -> None:
    for n in (2, 3, 9):
        assert jobs.count(n, threads, 5000)


def test_no_rows(jobs: Jobs) -> None:
    assert jobs.run("slow", 0, 1, 1) == []  # a range of one row, which is the caller's


def test_several_threads_do_the_work(jobs: Jobs) -> None:
    """More than one ever wrote a row, and every row was written."""
    done_by = {row for _ in range(10) for row in jobs.run("slow", 100, 100, 2)}
    assert 0 not in done_by
    assert len(done_by) == 2


def test_nested_jobs(jobs: Jobs) -> None:
    """The inner ones find the pool taken."""
    assert jobs.run("outer", 200, 20, 3, 300) == [300] * 200


def in_threads(work: Callable[[], bool], count: int) -> list[bool]:
    results: list[bool] = []
    threads = [threading.Thread(target=lambda: results.append(work())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_jobs_of_several_python_threads(jobs: Jobs) -> None:
    def work() -> bool:
        return all(jobs.count(n, 3, 500) for n in (2, 5, 40, 41) for _ in range(5))

    assert in_threads(work, 4) == [True] * 4


def test_workers_sleep_when_there_is_nothing_to_do(jobs: Jobs) -> None:
    """In time, no thread but this one runs."""
    assert jobs.count(100, 4, 10)
    deadline = time.monotonic() + 60
    while len(running := _running_threads()) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running == [str(threading.get_native_id())]
    assert jobs.count(100, 4, 10), "and they wake up again"


def _running_threads() -> list[str]:
    running: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
            if (task / "stat").read_text().rpartition(")")[2].split()[0] == "R":
                running.append(task.name)
    return running


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_after_fork(jobs: Jobs) -> None:
    """A child has no workers, and starts its own, also when a job runs in its parent meanwhile."""
    stop = threading.Event()

    def work() -> bool:
        fine = True
        while not stop.is_set():
            fine = fine and jobs.count(50, 3, 200)
        return fine

    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    try:
        context = multiprocessing.get_context("fork")
        for _ in range(5):
            child = context.Process(target=_in_child, args=(jobs,))
            child.start()
            child.join(20)
            assert child.exitcode == 0
    finally:
        stop.set()
        thread.join()
    assert results == [True]


def _in_child(jobs: Jobs) -> None:
    before = jobs.pool.workers
    right = jobs.count(50, 3, 500)
    os._exit(0 if right and (before, jobs.pool.workers) == (0, 2) else 1)


EXITS = {
    "hot": "",
    "sleeping": "time.sleep(0.1)",
    "one core": "assert jobs.count(30, 4, 200)",
    "in a job": "threading.Thread(target=jobs.count, args=(50, 3, 10**7), daemon=True).start()",
    "behind its end": "atexit.register(print, 'late', jobs.count(50, 3, 100))",
    "jobs at exit": "atexit._run_exitfuncs(); assert jobs.count(50, 3, 100)",
}


@pytest.mark.parametrize("case", EXITS)
def test_exit(case: str) -> None:
    """The interpreter ends, whatever the workers do."""
    core = "os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])" if case == "one core" else ""
    for _ in range(2):
        in_a_process(EXITS[case], first=core)


def in_a_process(script: str, first: str = "") -> None:
    """Runs `first`, starts two workers, runs `script`, which has the `jobs` and the `workers`'
    thread numbers; it must end well and say nothing."""
    text = f"""
import atexit, os, sys, threading, time
from pathlib import Path
{first}
from test_pool import *
jobs, others = Jobs(), os.listdir("/proc/self/task")
assert jobs.count(50, 3, 100)
assert jobs.pool.workers == 2
workers = sorted({{int(task) for task in os.listdir("/proc/self/task") if task not in others}})
{script}
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.stderr, done.stderr
    assert done.returncode == 0


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two processors")
def test_a_worker_leaves_its_callers_processor() -> None:
    """Though it stays free to run on any that it may use; with one processor it stays there."""
    in_a_process("""
here, there = sorted(os.sched_getaffinity(0))[:2]
os.sched_setaffinity(0, {here})  # of this thread
worker, left = workers[0], 0
for _ in range(20):
    os.sched_setaffinity(worker, {here})
    time.sleep(0.002)
    os.sched_setaffinity(worker, {here, there})
    assert 0 not in jobs.run("slow", 8, 8, 2, 20)
    # Left to the system, it is elsewhere in at most a third of the rounds.
    left += last_processor(worker) == there
    deadline = time.monotonic() + 20
    while os.sched_getaffinity(worker) != {here, there}:  # it moves just now
        assert time.monotonic() < deadline
assert left > 12, left

os.sched_setaffinity(worker, {here})
assert jobs.count(50, 2, 500)
assert (os.sched_getaffinity(worker), last_processor(worker)) == ({here}, here)
""")


def last_processor(thread: int) -> int:
    """Where the thread ran last; see proc_pid_stat(5)."""
    stat = Path(f"/proc/self/task/{thread}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[39 - 3])


def test_idle_workers_take_no_time() -> None:
    """A few milliseconds at most after each job: here 2 workers, 20 times."""
    in_a_process("""
spent = 0
for _ in range(20):
    assert jobs.count(50, 3, 10)
    before = time.process_time()
    time.sleep(0.03)
    spent += time.process_time() - before
assert spent < 2 * 20 * 0.004, spent
""")


@pytest.mark.parametrize("runtime", ["numpy", "torch"])
def test_beside_the_threads_of_another_runtime(runtime: str) -> None:
    """OpenBLAS (numpy's) and OpenMP (torch's) have threads that spin between their jobs, too: in
    turn with ours, and at the same time, each gets its own done."""
    pytest.importorskip(runtime)
    in_a_process(f"""
import {runtime} as other
if "{runtime}" == "torch":
    other.set_num_threads(3)
a = other.ones((300, 300))

def product():
    return bool(((a @ a) == 300).all())

for _ in range(100):
    assert product() and jobs.count(40, 3, 20)

stop = threading.Event()

def products():
    fine = True
    while fine and not stop.is_set():
        fine = product()
    return fine

results = []
thread = threading.Thread(target=lambda: results.append(products()))
thread.start()
assert all(jobs.count(n, 3, 500) for n in (2, 5, 40, 41) for _ in range(5))
assert 0 not in jobs.run("slow", 100, 100, 3, 10)
stop.set()
thread.join()
assert results == [True]
""")
