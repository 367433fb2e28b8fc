package dev.adit.server.registry;

import io.netty.util.concurrent.Ticker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The last tunnel that was refused for its credential, as far as it is recent. Any thread. */
public final class RefusedTunnels {
  /** An agent that is refused comes again each minute. */
  private static final long RECENT_NANOS = TimeUnit.MINUTES.toNanos(10);

  private record Refused(String address, String why, long nanos) {}

  private final Ticker ticker;

  // shared: replaced as a whole
  private final AtomicReference<@Nullable Refused> last = new AtomicReference<>();

  RefusedTunnels() {
    this(Ticker.systemTicker());
  }

  RefusedTunnels(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * A tunnel is refused.
   *
   * @param why printable, and short
   */
  public void add(String address, String why) {
    last.set(new Refused(address, why, ticker.nanoTime()));
  }

  /** The last one in words; empty if there was none within ten minutes. */
  public List<String> lines() {
    Refused now = last.get();
    return now == null || ticker.nanoTime() - now.nanos() >= RECENT_NANOS
        ? List.of()
        : List.of(
            "a tunnel from "
                + now.address()
                + " was refused less than ten minutes ago: "
                + now.why()
                + "; tunnel-agent doctor, run there, says the cure");
  }
}
