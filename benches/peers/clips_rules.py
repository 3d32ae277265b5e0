"""CLIPS' side of the workloads `rules` and `compile`. Python only starts it: every loop runs inside CLIPS,
whose own random numbers cost it about a microsecond a step."""

import resource
import sys
import tempfile
import time

import clips

PROGRAM = """
(deftemplate node (slot id) (slot ready))
(deftemplate pod (slot id) (slot node) (slot phase))
(deftemplate event (slot id) (slot pod) (slot reason))
(deftemplate silence (slot node) (slot reason))
(deftemplate order (slot kind) (slot id) (slot value))
(defglobal ?*fired* = 0 ?*seed* = 7)
(deffunction draw () (bind ?*seed* (mod (+ (* ?*seed* 1103515245) 12345) 2147483648))
  (div ?*seed* 65536))
(deffunction below (?end) (mod (+ (* (draw) 32768) (draw)) ?end))
(defrule set-node (declare (salience 9))
  ?order <- (order (kind node) (id ?id) (value ?value)) ?node <- (node (id ?id))
  => (retract ?order) (modify ?node (ready ?value)))
(defrule set-pod (declare (salience 9))
  ?order <- (order (kind pod) (id ?id) (value ?value)) ?pod <- (pod (id ?id))
  => (retract ?order) (modify ?pod (phase ?value)))
(defrule drop-event (declare (salience 9))
  ?order <- (order (kind event) (id ?id)) ?event <- (event (id ?id))
  => (retract ?order ?event))
(deffunction load-all (?pods ?nodes)
  (loop-for-count (?i 0 (- ?nodes 1)) (assert (node (id ?i) (ready yes))))
  (loop-for-count (?i 0 (- ?pods 1)) (assert (pod (id ?i) (node (below ?nodes)) (phase running))))
  (loop-for-count (* 4 ?nodes) (assert (silence (node (below ?nodes)) (reason (below 50)))))
  (run))
(deffunction insert (?events ?pods)
  (loop-for-count (?i 0 (- ?events 1))
    (assert (event (id ?i) (pod (below ?pods)) (reason (below 50)))) (run)))
(deffunction toggle (?kind ?times ?end ?off ?on)
  (loop-for-count ?times
    (bind ?id (below ?end))
    (assert (order (kind ?kind) (id ?id) (value ?off))) (run)
    (assert (order (kind ?kind) (id ?id) (value ?on))) (run)))
(deffunction retract-all (?events)
  (loop-for-count (?i 0 (- ?events 1)) (assert (order (kind event) (id ?i))) (run)))
"""

RULE = """(defrule alarm-{reason}
  (event (pod ?pod) (reason {reason}))
  (pod (id ?pod) (node ?node) (phase running))
  (node (id ?node) (ready yes))
  (not (silence (node ?node) (reason {reason})))
  => (bind ?*fired* (+ ?*fired* 1)))"""


# The rules of `compile`, but for their patterns.
RELATIONS = """
(deftemplate host (slot host) (slot ready))
(deftemplate task (slot id) (slot host) (slot running))
(deftemplate silence (slot host) (slot reason))
(deftemplate finding (slot rule) (slot host) (slot task))
"""

FAILING = """(deftemplate seen-{rule} (slot host) (slot task))
(defrule failing-{rule}
  (seen-{rule} (host ?host) (task ?task))
  (task (id ?task) (host ?host) (running true))
  (host (host ?host) (ready true))
  (not (silence (host ?host) (reason {rule})))
  => (assert (finding (rule {rule}) (host ?host) (task ?task))))
"""


def constructs(text):
    """The parts of a program, each in its own brackets."""
    depth = start = 0
    for at, char in enumerate(text):
        if char == "(":
            start = at if depth == 0 else start
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                yield text[start : at + 1]


def load(rules):
    """As many rules, loaded five times over; the middle counts."""
    took = []
    with tempfile.NamedTemporaryFile("w", suffix=".clp") as file:
        file.write(RELATIONS + "".join(FAILING.format(rule=rule) for rule in range(rules)))
        file.flush()
        for _ in range(5):
            clips_ = clips.Environment()
            begin = time.process_time()
            clips_.load(file.name)
            took.append(time.process_time() - begin)
            assert len(list(clips_.rules())) == rules
    print(f"compile {sorted(took)[2] * 1e3:.4f} ms")


def cluster(pods):
    nodes, events = max(pods // 10, 1), 2 * pods
    updates = min(nodes, 2000)
    clips_ = clips.Environment()
    for construct in constructs(PROGRAM):
        clips_.build(construct)
    for reason in range(50):
        clips_.build(RULE.format(reason=reason))

    def step(figure, call, steps):
        begin = time.process_time()
        clips_.eval(call)
        print(f"{figure} {(time.process_time() - begin) * 1e6 / steps:.4f} us")

    step("load", f"(load-all {pods} {nodes})", pods + 5 * nodes)
    step("insert", f"(insert {events} {pods})", events)
    print("fired", clips_.eval("?*fired*"))
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MB")
    step("update-pod", f"(toggle pod {5 * updates} {pods} waiting running)", 10 * updates)
    step("update-node", f"(toggle node {updates} {nodes} no yes)", 2 * updates)
    step("retract", f"(retract-all {events})", events)


{"rules": cluster, "compile": load}[sys.argv[1]](int(sys.argv[2]))
