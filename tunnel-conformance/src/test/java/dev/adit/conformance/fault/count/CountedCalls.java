package dev.adit.conformance.fault.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.testing.grpc.Bytes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Unary calls of a stock client, 600 to 900 a second: each has an id, one status at the caller, and
 * a count of its runs at the backend, which takes 10 ms for it. Any thread.
 */
public final class CountedCalls {
  /** How many run at any time. */
  public static final int CALLERS = 10;

  private static final int BACKEND_MILLIS = 10;
  private static final int PAUSE_AFTER_FAILURE_MILLIS = 10;
  private static final int DEADLINE_SECONDS = 20;
  private static final int CALLS_BETWEEN = 400;

  /** Begins the text of a failure that no server of ours has told. */
  public static final String BY_THE_CLIENT = "by the client: ";

  /**
   * What grpc-java says of calls whose server has gone; of one that it is about to write on a
   * channel that has just closed, it says UNKNOWN.
   */
  public static final String SERVER_GONE =
      "(UNAVAILABLE " + BY_THE_CLIENT + "|UNKNOWN " + BY_THE_CLIENT + "channel closed).*";

  private static final String OK = "OK";
  private static final byte[] EMPTY_MESSAGE = new byte[5];
  private static final Metadata.Key<String> ID =
      Metadata.Key.of("x-call", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("x-tunnel-reason", Metadata.ASCII_STRING_MARSHALLER);
  private static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
          .setFullMethodName("a.B/C")
          .setType(MethodDescriptor.MethodType.UNARY)
          .build();

  /** Of each caller; an hour of calls and more. */
  private static final int MOST_CALLS = 1 << 20;

  /** Marks a call that ended well beside the number of its runs. */
  private static final int ENDED_WELL = 1 << 16;

  private final List<Thread> callers = new ArrayList<>();

  // shared: of each caller, for each of its calls how often it ran, and whether it ended well
  private final List<AtomicIntegerArray> runs =
      Stream.generate(() -> new AtomicIntegerArray(MOST_CALLS)).limit(CALLERS).toList();

  // shared
  private final AtomicInteger ended = new AtomicInteger();
  private final Map<String, Integer> newFailures = new ConcurrentHashMap<>();
  private final AtomicInteger good = new AtomicInteger();
  private volatile boolean stopped;

  /** What a backend of these calls does; several may share them. */
  public RawBackend.Script backend() {
    return this::serve;
  }

  /**
   * Answers once the request is whole: a stock client of grpc-java (issue 9340) leaks the message
   * of a call that ends while it is being sent.
   */
  private void serve(RawStream stream) throws IOException {
    String id = Objects.requireNonNull(Field.value(stream.nextHead(), ID.name()));
    int dash = id.indexOf('-');
    runs.get(Integer.parseInt(id.substring(0, dash)))
        .incrementAndGet(Integer.parseInt(id.substring(dash + 1)));
    StreamEvent event = stream.next();
    while (!event.last()) {
      event = stream.next();
    }
    sleep(BACKEND_MILLIS);
    stream.head(Field.list(":status", "200", "content-type", "application/grpc"), false);
    stream.data(EMPTY_MESSAGE, false);
    stream.head(Field.list("grpc-status", "0"), true);
  }

  /** Lets the callers begin. */
  public void start(ManagedChannel channel) {
    for (int i = 0; i < CALLERS; i++) {
      int number = i;
      Thread caller = new Thread(() -> run(channel, number), "caller-" + i);
      caller.setDaemon(true);
      callers.add(caller);
      caller.start();
    }
  }

  private void run(Channel channel, int caller) {
    for (int i = 0; !stopped && i < MOST_CALLS; i++) {
      String status = call(channel, caller + "-" + i);
      ended.incrementAndGet();
      if (status.equals(OK)) {
        runs.get(caller).addAndGet(i, ENDED_WELL);
        good.incrementAndGet();
      } else {
        newFailures.merge(status, 1, Integer::sum);
        sleep(PAUSE_AFTER_FAILURE_MILLIS);
      }
    }
  }

  private static String call(Channel channel, String id) {
    Metadata headers = new Metadata();
    headers.put(ID, id);
    try {
      ClientCalls.blockingUnaryCall(
          ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
          METHOD,
          CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS),
          new byte[0]);
      return OK;
    } catch (StatusRuntimeException e) {
      Metadata trailers = e.getTrailers();
      String reason = trailers == null ? null : trailers.get(REASON);
      return e.getStatus().getCode() + " " + (reason == null ? described(e.getStatus()) : reason);
    }
  }

  private static String described(Status status) {
    return BY_THE_CLIENT + status.getDescription() + ": " + status.getCause();
  }

  private static void sleep(int millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Returns once some hundred calls more have ended well. */
  public void awaitMore() {
    awaitGood(CALLS_BETWEEN);
  }

  /** Returns once one call more has ended well. */
  public void awaitGood() {
    awaitGood(1);
  }

  private void awaitGood(int more) {
    int wanted = good.get() + more;
    Eventually.holds("calls go on; failed: " + newFailures, () -> good.get() >= wanted);
  }

  /** How many have ended. */
  public int ended() {
    return ended.get();
  }

  /** Fails if a call has failed since the last time this was asked. */
  public void assertNoneFailed(String what) {
    assertEquals(Map.of(), takeFailures(), "calls that failed by " + what);
  }

  /**
   * How many calls have failed since the last time this was asked.
   *
   * @param status matches what each of them may have ended with, as {@code UNAVAILABLE tunnel-lost}
   * @param most as many may have failed
   */
  public int assertFailed(String what, String status, int most) {
    Map<String, Integer> failures = takeFailures();
    int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
    assertTrue(
        failed <= most && failures.keySet().stream().allMatch(each -> each.matches(status)),
        "calls that failed by " + what + ": " + failures + ", expected " + most + " " + status);
    return failed;
  }

  private Map<String, Integer> takeFailures() {
    Map<String, Integer> taken = new ConcurrentHashMap<>();
    newFailures.keySet().forEach(key -> taken.put(key, newFailures.remove(key)));
    return taken;
  }

  /** Lets the running calls end; then no call has run twice, and each good one has run once. */
  public void stopAndCount() throws InterruptedException {
    stopped = true;
    for (Thread caller : callers) {
      caller.join();
    }
    for (int caller = 0; caller < CALLERS; caller++) {
      for (int i = 0; i < MOST_CALLS; i++) {
        int value = runs.get(caller).get(i);
        int times = value % ENDED_WELL;
        boolean once = value >= ENDED_WELL ? times == 1 : times <= 1;
        assertTrue(once, "call " + i + " of caller " + caller + " ran " + times + " times");
      }
    }
  }
}
