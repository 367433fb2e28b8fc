package dev.adit.conformance.systems;

import dev.adit.demo.client.CallRecord;
import dev.adit.demo.client.DetectClient;
import dev.adit.demo.client.DetectClient.SampleText;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Callers of the spam detector that each make one call after the other until stopped. */
final class SteadyCalls {
  private final Channel channel;
  private final SampleText text;
  private final List<Thread> callers = new ArrayList<>();

  // shared
  private final Map<String, Integer> taken = new ConcurrentHashMap<>();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  private SteadyCalls(Channel channel, SampleText text) {
    this.channel = channel;
    this.text = text;
  }

  static SteadyCalls start(Channel channel, SampleText text, int callers) {
    SteadyCalls calls = new SteadyCalls(channel, text);
    for (int i = 0; i < callers; i++) {
      Thread caller = new Thread(calls::run, "caller-" + i);
      caller.setDaemon(true);
      calls.callers.add(caller);
      caller.start();
    }
    return calls;
  }

  /** How many calls a backend has answered. */
  int takenBy(String backend) {
    return taken.getOrDefault(backend, 0);
  }

  /** The calls that failed or were answered wrong. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Lets the running calls end. */
  void stop() throws InterruptedException {
    stopped = true;
    for (Thread caller : callers) {
      caller.join();
    }
  }

  private void run() {
    while (!stopped) {
      CallRecord call = new CallRecord();
      try {
        String data = new DetectClient(call.on(channel)).detect(text.content());
        if (!data.equals(text.masked())) {
          problems.add("wrong answer to " + call.requestId());
        }
        taken.merge(call.metadata("x-backend").orElse("nobody"), 1, Integer::sum);
      } catch (StatusRuntimeException e) {
        problems.add(e.getStatus() + " " + e.getTrailers());
      }
    }
  }
}
