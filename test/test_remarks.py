"""Remarks reach whoever collects them, and nobody else."""

from __future__ import annotations

import json
from threading import Thread

from xdsl.dialects import test
from xdsl.dialects.builtin import FileLineColLoc, IntAttr, StringAttr

from qfin import remarks


def op_at(line: int) -> test.TestOp:
    op = test.TestOp()
    op.location = FileLineColLoc(StringAttr("model.mlir"), IntAttr(line), IntAttr(8))
    return op


def test_text():
    with remarks.collect() as said:
        remarks.emit("missed", op_at(12), "weight zero point is not 0", pass_name="quant-fusion")
        remarks.emit("fused", op_at(13))
        remarks.emit("note", test.TestOp(), "shared by 2 ops")
    assert [remarks.to_text(remark) for remark in said] == [
        "model.mlir:12:8: remark: test.op not fused: weight zero point is not 0",
        "model.mlir:13:8: remark: test.op fused",
        "remark: test.op: shared by 2 ops",
    ]


def test_json():
    with remarks.collect() as said:
        remarks.emit("missed", op_at(12), 'said "no"', pass_name="quant-fusion")
        remarks.emit("note", test.TestOp(), "x")
    assert [json.loads(remarks.to_json(remark)) for remark in said] == [
        {
            "kind": "missed",
            "op": "test.op",
            "location": "model.mlir:12:8",
            "message": 'said "no"',
            "pass": "quant-fusion",
        },
        {"kind": "note", "op": "test.op", "location": None, "message": "x", "pass": None},
    ]


def test_collectors_nest_and_end():
    with remarks.collect() as outer:
        remarks.emit("note", test.TestOp(), "first")
        with remarks.collect() as inner:
            remarks.emit("note", test.TestOp(), "second")
        remarks.emit("note", test.TestOp(), "third")
    remarks.emit("note", test.TestOp(), "nobody hears this")
    assert [remark.message for remark in outer] == ["first", "second", "third"]
    assert [remark.message for remark in inner] == ["second"]


def test_threads_do_not_hear_each_other():
    heard: dict[str, list[str]] = {}

    def work(name: str):
        with remarks.collect() as said:
            for i in range(100):
                remarks.emit("note", test.TestOp(), f"{name}{i}")
        heard[name] = [remark.message for remark in said]

    with remarks.collect() as here:
        threads = [Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert here == []
    assert heard == {name: [f"{name}{i}" for i in range(100)] for name in "abcd"}
