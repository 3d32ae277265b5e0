// Drools' side of the workload `rules`, through its canonical model. The workload is run until the
// machine is warm; the last run counts, in processor's time of the one thread that all rules run on.

import static org.drools.model.DSL.*;
import static org.drools.model.PatternDSL.*;

import java.lang.management.ManagementFactory;
import java.util.Random;
import org.drools.model.Index.ConstraintType;
import org.drools.model.Variable;
import org.drools.model.impl.ModelImpl;
import org.drools.modelcompiler.KieBaseBuilder;
import org.kie.api.KieBase;
import org.kie.api.runtime.KieSession;
import org.kie.api.runtime.rule.FactHandle;

public class Drools {
  public static class Node {
    public final int id; public boolean ready = true;
    Node(int id) { this.id = id; }
  }
  public static class Pod {
    public final int id, node; public boolean running = true;
    Pod(int id, int node) { this.id = id; this.node = node; }
  }
  public static class Event {
    public final int pod, reason;
    Event(int pod, int reason) { this.pod = pod; this.reason = reason; }
  }
  public static class Silence {
    public final int node, reason;
    Silence(int node, int reason) { this.node = node; this.reason = reason; }
  }

  static long fired;
  static int last;

  static KieBase rules(int reasons) {
    ModelImpl model = new ModelImpl();
    for (int at = 0; at < reasons; at++) {
      int reason = at;
      Variable<Event> event = declarationOf(Event.class);
      Variable<Pod> pod = declarationOf(Pod.class);
      Variable<Node> node = declarationOf(Node.class);
      Variable<Silence> silence = declarationOf(Silence.class);
      model.addRule(rule("alarm" + reason).build(
          pattern(event).expr("event" + reason, e -> e.reason == reason,
              alphaIndexedBy(Integer.class, ConstraintType.EQUAL, 0, e -> e.reason, reason),
              reactOn("reason", "pod")),
          pattern(pod).expr("running", p -> p.running, reactOn("running"))
              .expr("of-event", event, (p, e) -> p.id == e.pod,
                  betaIndexedBy(Integer.class, ConstraintType.EQUAL, 0, p -> p.id, e -> e.pod),
                  reactOn("id")),
          pattern(node).expr("ready", n -> n.ready, reactOn("ready"))
              .expr("of-pod", pod, (n, p) -> n.id == p.node,
                  betaIndexedBy(Integer.class, ConstraintType.EQUAL, 0, n -> n.id, p -> p.node),
                  reactOn("id")),
          not(pattern(silence).expr("silence" + reason, s -> s.reason == reason,
                  alphaIndexedBy(Integer.class, ConstraintType.EQUAL, 1, s -> s.reason, reason),
                  reactOn("reason"))
              .expr("of-node", node, (s, n) -> s.node == n.id,
                  betaIndexedBy(Integer.class, ConstraintType.EQUAL, 0, s -> s.node, n -> n.id),
                  reactOn("node"))),
          on(event).execute(e -> fired++)));
    }
    return KieBaseBuilder.createKieBaseFromModel(model);
  }

  static StringBuilder said = new StringBuilder();

  static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  static void figure(String name, long since, int steps) {
    said.append(String.format("%s %.4f us%n", name, (cpu() - since) / 1e3 / Math.max(steps, 1)));
  }

  static void run(KieBase rules, int pods) {
    int nodes = Math.max(pods / 10, 1), events = 2 * pods, updates = Math.min(nodes, 2000);
    Random random = new Random(7);
    KieSession session = rules.newKieSession();
    Node[] node = new Node[nodes];
    Pod[] pod = new Pod[pods];
    FactHandle[] nodeAt = new FactHandle[nodes], podAt = new FactHandle[pods], eventAt = new FactHandle[events];
    said = new StringBuilder();
    fired = 0;
    long begin = cpu();
    for (int i = 0; i < nodes; i++) nodeAt[i] = session.insert(node[i] = new Node(i));
    for (int i = 0; i < pods; i++) podAt[i] = session.insert(pod[i] = new Pod(i, random.nextInt(nodes)));
    for (int i = 0; i < 4 * nodes; i++) session.insert(new Silence(random.nextInt(nodes), random.nextInt(50)));
    session.fireAllRules();
    figure("load", begin, pods + 5 * nodes);

    begin = cpu();
    for (int i = 0; i < events; i++) {
      eventAt[i] = session.insert(new Event(random.nextInt(pods), random.nextInt(50)));
      session.fireAllRules();
    }
    figure("insert", begin, events);
    said.append("fired ").append(fired).append('\n');

    begin = cpu();
    for (int i = 0; i < 10 * updates; i++) {
      int at = i % 2 == 0 ? random.nextInt(pods) : last;
      last = at;
      pod[at].running = !pod[at].running;
      session.update(podAt[at], pod[at], "running");
      session.fireAllRules();
    }
    figure("update-pod", begin, 10 * updates);

    begin = cpu();
    for (int i = 0; i < 2 * updates; i++) {
      int at = i % 2 == 0 ? random.nextInt(nodes) : last;
      last = at;
      node[at].ready = !node[at].ready;
      session.update(nodeAt[at], node[at], "ready");
      session.fireAllRules();
    }
    figure("update-node", begin, 2 * updates);

    begin = cpu();
    for (int i = 0; i < events; i++) {
      session.delete(eventAt[i]);
      session.fireAllRules();
    }
    figure("retract", begin, events);
    session.dispose();
  }

  public static void main(String[] args) {
    int pods = Integer.parseInt(args[1]);
    KieBase rules = rules(50);
    int warm = pods <= 1000 ? 20 : pods <= 10000 ? 5 : 2;
    for (int i = 0; i <= warm; i++) run(rules, pods);
    System.out.print(said);
  }
}
