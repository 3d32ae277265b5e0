// Flink's side of the workload `cep`: `sql` says the sequence with MATCH_RECOGNIZE, `function` keeps it by
// hand in keyed state. The events lie in memory and no job is counted until the machine is warm.
//
// A job is two threads, one before and one behind the exchange by key. The figure is the processor's time of
// the busier one, as both could have a core of their own; what the virtual machine does beside them (it
// compiles, it collects garbage) is not counted.

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

public class Flink {
  static final long WITHIN = 300_000;
  static final TypeInformation<Tuple3<Long, Long, String>> EVENT = Types.TUPLE(Types.LONG, Types.LONG, Types.STRING);
  static final String SEQUENCE = """
      SELECT key, begun FROM events MATCH_RECOGNIZE (
        PARTITION BY key ORDER BY instant
        MEASURES A.instant AS begun
        ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW
        PATTERN (A N* B) WITHIN INTERVAL '5' MINUTE
        DEFINE A AS A.kind = 'A', N AS N.kind <> 'B' AND N.kind <> 'C', B AS B.kind = 'B')""";

  // The job runs in this virtual machine, so what it reads and finds may lie here.
  static Tuple3<Long, Long, String>[] events;
  static final AtomicLong found = new AtomicLong();
  static final AtomicLong before = new AtomicLong(), behind = new AtomicLong();

  @SuppressWarnings("unchecked")
  static void draw(int count) {
    Random random = new Random(5);
    long now = 1_700_000_000_000L;
    events = new Tuple3[count];
    for (int at = 0; at < count; at++) {
      now += random.nextInt(20);
      int kind = random.nextInt(100);
      String name = kind < 10 ? "A" : kind < 20 ? "B" : kind < 25 ? "C" : "-";
      events[at] = Tuple3.of(now, (long) random.nextInt(1000), name);
    }
  }

  static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** The events, and the time of the thread that reads them. */
  static class Read extends RichMapFunction<Long, Tuple3<Long, Long, String>> {
    transient long begin;
    @Override public void open(OpenContext context) { begin = cpu(); }
    @Override public Tuple3<Long, Long, String> map(Long at) { return events[at.intValue()]; }
    @Override public void close() { before.set(cpu() - begin); }
  }

  /** What was found, and the time of the thread that finds it. */
  static class Count<T> extends RichMapFunction<T, T> {
    transient long begin;
    @Override public void open(OpenContext context) { begin = cpu(); }
    @Override public T map(T it) { found.incrementAndGet(); return it; }
    @Override public void close() { behind.set(cpu() - begin); }
  }

  static class Sequence extends KeyedProcessFunction<Long, Tuple3<Long, Long, String>, Long> {
    transient ListState<Long> begun;
    @Override public void open(OpenContext context) {
      begun = getRuntimeContext().getListState(new ListStateDescriptor<>("begun", Types.LONG));
    }
    @Override public void processElement(Tuple3<Long, Long, String> event, Context context, Collector<Long> out)
        throws Exception {
      switch (event.f2) {
        case "A": begun.add(event.f0); break;
        case "C": begun.clear(); break;
        case "B": {
          boolean within = false;
          for (long begin : begun.get()) within |= event.f0 - begin <= WITHIN;
          begun.clear();
          if (within) out.collect(event.f1);
          break;
        }
        default:
      }
    }
  }

  static void run(String how) throws Exception {
    found.set(0);
    StreamExecutionEnvironment job = StreamExecutionEnvironment.getExecutionEnvironment();
    job.setParallelism(1);
    job.getConfig().enableObjectReuse();
    DataStream<Tuple3<Long, Long, String>> told = job
        .fromSource(new NumberSequenceSource(0, events.length - 1), WatermarkStrategy.noWatermarks(), "numbers")
        .map(new Read()).returns(EVENT);
    if (how.equals("sql")) {
      StreamTableEnvironment tables = StreamTableEnvironment.create(job);
      tables.getConfig().set("table.local-time-zone", "UTC");
      DataStream<Row> rows = told
          .map(event -> Row.of(Instant.ofEpochMilli(event.f0), event.f1, event.f2))
          .returns(Types.ROW_NAMED(new String[] {"instant", "key", "kind"}, Types.INSTANT, Types.LONG, Types.STRING));
      tables.createTemporaryView("events", rows, Schema.newBuilder()
          .column("instant", "TIMESTAMP_LTZ(3)").column("key", "BIGINT").column("kind", "STRING")
          .watermark("instant", "instant - INTERVAL '0.001' SECOND").build());
      tables.toDataStream(tables.sqlQuery(SEQUENCE)).map(new Count<>())
          .returns(Types.GENERIC(Row.class)).sinkTo(new DiscardingSink<>());
    } else {
      told.keyBy(event -> event.f1, Types.LONG).process(new Sequence()).returns(Types.LONG)
          .map(new Count<>()).returns(Types.LONG).sinkTo(new DiscardingSink<>());
    }
    job.execute();
  }

  public static void main(String[] args) throws Exception {
    String how = args[0];
    int count = Integer.parseInt(args[2]);
    draw(count / 10);
    for (int warm = how.equals("sql") ? 1 : 5; warm > 0; warm--) run(how);
    draw(count);
    run(how);
    double busier = Math.max(before.get(), behind.get());
    System.out.printf("event %.4f us%n", busier / 1e3 / count);
    System.out.printf("found %d%n", found.get());
    System.exit(0);
  }
}
