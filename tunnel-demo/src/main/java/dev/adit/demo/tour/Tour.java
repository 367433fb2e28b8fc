package dev.adit.demo.tour;

import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.CallerConfig;
import dev.adit.demo.site.AccessLog;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes call after call through the entry, checks each, and tells each. Stops at the first wrong.
 */
public final class Tour implements AutoCloseable {
  private final CallerConfig entry;
  private final AccessLog accessLog;
  private final Narrator narrator;
  private final Duration logTimeout;
  private final List<Step> steps;
  private final Map<String, ManagedChannel> channels = new HashMap<>();

  /**
   * A tour of some calls.
   *
   * @param entry the address callers dial
   * @param accessLog where the server notes who took a call
   * @param logTimeout how long after a call its line may take to appear there
   */
  public Tour(
      String entry, AccessLog accessLog, Narrator narrator, Duration logTimeout, List<Step> steps) {
    this.entry = CallerConfig.plaintext(entry);
    this.accessLog = accessLog;
    this.narrator = narrator;
    this.logTimeout = logTimeout;
    this.steps = List.copyOf(steps);
  }

  /** Makes all calls. */
  public void run() throws TourException, InterruptedException {
    int number = 0;
    String host = "";
    for (Step step : steps) {
      number++;
      try {
        Outcome outcome = play(step);
        if (!step.host().equals(host)) {
          narrator.pause();
        }
        host = step.host();
        narrator.call(number, step, outcome);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        throw new TourException("call " + number + ", " + step.method() + ": " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }

  private Outcome play(Step step) throws Exception {
    ManagedChannel channel = channels.computeIfAbsent(step.host(), this::open);
    CallRecord call = new CallRecord();
    long start = System.nanoTime();
    Step.Exchange exchange = step.scene().play(call.on(channel), channel);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Takers takers = takers(call);
    WrongAnswerException.check("taken by", step.expected().words(), takers.words());
    String status = call.status().map(Status::getCode).map(Enum::name).orElse("no status");
    return new Outcome(exchange, takers.words(), status, took);
  }

  private ManagedChannel open(String host) {
    return entry.withHost(host).open();
  }

  /** Rule, group and agent as the server noted them; the backend as it named itself. */
  private Takers takers(CallRecord call) throws Exception {
    Optional<AccessLog.Entry> line = accessLog.await(call.requestId(), logTimeout);
    if (line.isEmpty()) {
      throw new WrongAnswerException("the access log has no line of call " + call.requestId());
    }
    AccessLog.Entry entryLine = line.get();
    return new Takers(
        entryLine.rule(), entryLine.group(), entryLine.agent(), call.metadata("x-backend"));
  }
}
