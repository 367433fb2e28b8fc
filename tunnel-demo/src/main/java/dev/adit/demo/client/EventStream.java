package dev.adit.demo.client;

import dev.adit.demo.proto.engine.EventMessage;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An open stream of a project's events. Closing it cancels the call. One thread at a time. */
public final class EventStream implements AutoCloseable {
  private static final Duration END_WAIT = Duration.ofSeconds(1);

  private final BlockingClientCall<?, EventMessage> call;

  EventStream(BlockingClientCall<?, EventMessage> call) {
    this.call = call;
  }

  /** The next event; null once the engine has ended the stream OK. */
  public @Nullable EventMessage next(Duration timeout)
      throws StatusException, TimeoutException, InterruptedException {
    return call.read(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    call.cancel("no longer listening", null);
    try {
      // The call takes note of its own end only while somebody reads.
      @Nullable EventMessage unread;
      do {
        unread = next(END_WAIT);
      } while (unread != null);
    } catch (StatusException | TimeoutException e) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
