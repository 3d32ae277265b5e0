"""Bytewax's side of the workload `cep`: a stateful map by key, one worker."""

import random
import resource
import sys
import time

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.testing import TestingSink, TestingSource, run_main

WITHIN = 300_000


def events(count):
    draw, now = random.Random(5), 1_700_000_000_000
    for _ in range(count):
        now += draw.randrange(20)
        kind = draw.choices("ABC-", (10, 10, 5, 75))[0]
        yield f"k{draw.randrange(1000)}", (now, kind)


def step(begun, event):
    now, kind = event
    begun = begun or []
    if kind == "A":
        return [*begun, now], ()
    if kind == "B" and begun:
        return None, ((1,) if any(now - begin <= WITHIN for begin in begun) else ())
    return (None if kind == "C" else begun or None), ()


def main(count):
    told, found = list(events(count)), []
    flow = Dataflow("cep")
    stream = op.input("in", flow, TestingSource(told, batch_size=1000))
    op.output("out", op.stateful_flat_map("step", stream, step), TestingSink(found))
    begin = time.process_time()
    run_main(flow)
    print(f"event {(time.process_time() - begin) * 1e6 / count:.4f} us")
    print("found", len(found))
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MB")


main(int(sys.argv[2]))
