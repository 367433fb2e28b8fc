package dev.adit.conformance.fault.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.stall.StalledReader;
import io.grpc.ManagedChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Streamed answers that one caller takes one after the other, each late. Any thread. */
final class Downloads {
  private static final long LATE_NANOS = 100_000_000;

  private final ManagedChannel channel;
  private final int bytes;
  private final CompletableFuture<Integer> end = new CompletableFuture<>();

  // shared
  private volatile boolean stopped;

  private Downloads(ManagedChannel channel, int bytes) {
    this.channel = channel;
    this.bytes = bytes;
  }

  static Downloads start(InetSocketAddress entry, int bytes) {
    Downloads downloads = new Downloads(StalledReader.channel(entry), bytes);
    Thread thread = new Thread(downloads::run, "downloads");
    thread.setDaemon(true);
    thread.start();
    return downloads;
  }

  private void run() {
    try {
      int count = 0;
      for (; !stopped; count++) {
        StalledReader reader = StalledReader.start(channel);
        LockSupport.parkNanos(LATE_NANOS);
        reader.read();
        assertEquals(bytes, reader.awaitEnd());
      }
      end.complete(count);
    } catch (Exception | AssertionError e) {
      end.completeExceptionally(e);
    }
  }

  /** How many were taken; throws if one was not. */
  int stop() throws Exception {
    stopped = true;
    try {
      return end.get();
    } finally {
      channel.shutdownNow();
    }
  }
}
