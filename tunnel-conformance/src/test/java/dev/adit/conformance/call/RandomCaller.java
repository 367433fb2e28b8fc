package dev.adit.conformance.call;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One call that sends, reads, cancels and half-closes in an order of its own. */
final class RandomCaller extends ClientCall.Listener<byte[]> {
  private static final int MAX_STEPS = 12;
  private static final int MAX_MESSAGE = 3000;
  private static final int WAIT_SECONDS = 20;

  // deps
  private final long seed;
  private final Random random;
  private final ClientCall<byte[], byte[]> call;

  // state, of the thread that steps
  private int stepsLeft;
  private int sent;
  private boolean cancelled;

  // shared: written by the call's events, one at a time, and read after the last of them
  private volatile int received;
  private volatile String problem = "";
  private volatile Status end = Status.UNKNOWN;
  private final CountDownLatch ended = new CountDownLatch(1);

  private RandomCaller(ClientCall<byte[], byte[]> call, long seed) {
    this.call = call;
    this.seed = seed;
    random = new Random(seed);
    stepsLeft = random.nextInt(MAX_STEPS);
  }

  static RandomCaller start(ManagedChannel channel, long seed) {
    ClientCall<byte[], byte[]> call = channel.newCall(EchoBackend.METHOD, CallOptions.DEFAULT);
    RandomCaller caller = new RandomCaller(call, seed);
    Metadata headers = new Metadata();
    headers.put(EchoBackend.SEED, Long.toString(seed));
    call.start(caller, headers);
    return caller;
  }

  long seed() {
    return seed;
  }

  /** Does one thing more; returns false after the last. */
  boolean step() {
    if (stepsLeft-- > 0) {
      if (random.nextBoolean()) {
        call.sendMessage(message(seed, sent++));
      } else {
        call.request(1 + random.nextInt(2));
      }
      return true;
    }
    switch (random.nextInt(4)) {
      case 0 -> {
        cancelled = true;
        call.cancel("a random end", null);
      }
      case 1 -> {
        call.halfClose();
        call.request(1);
        cancelled = random.nextBoolean();
        if (cancelled) {
          call.cancel("a random end after the half-close", null);
        } else {
          call.request(Integer.MAX_VALUE);
        }
      }
      default -> {
        call.request(Integer.MAX_VALUE);
        call.halfClose();
      }
    }
    return false;
  }

  /** The message of this number: its bytes are its own. */
  static byte[] message(long seed, int number) {
    Random content = new Random(seed * 31 + number);
    byte[] bytes = new byte[content.nextInt(4) == 0 ? 0 : content.nextInt(MAX_MESSAGE)];
    content.nextBytes(bytes);
    return bytes;
  }

  @Override
  public void onMessage(byte[] message) {
    int number = received;
    received = number + 1;
    if (!Arrays.equals(message, message(seed, number))) {
      problem = "message " + number + " is not what was sent";
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end = status;
    if (status.getCode() != Status.Code.CANCELLED
        && status.getCode() != EchoBackend.endOf(seed).getCode()) {
      problem = "ended with " + status + " " + trailers;
    }
    ended.countDown();
  }

  /** Waits for the call's end; what was wrong with it, or nothing. */
  String awaitEnd() {
    try {
      if (!ended.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
        return "no end; sent " + sent + ", received " + received;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
    if (!cancelled && end.getCode() == Status.Code.CANCELLED) {
      return "cancelled by somebody else: " + end;
    }
    boolean whole = !cancelled && end.isOk();
    if (whole && received != sent) {
      return "sent " + sent + ", received " + received;
    }
    return problem;
  }
}
