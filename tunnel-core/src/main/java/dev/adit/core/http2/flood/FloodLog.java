package dev.adit.core.http2.flood;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log whose connections passed which limit: of each limit one line a minute, so that a
 * flood does not fill the disk. Any thread, without locks.
 */
public final class FloodLog {
  private static final Logger log = LoggerFactory.getLogger(FloodLog.class);
  private static final long EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long NEVER = Long.MIN_VALUE;

  /** One limit. */
  private static final class Told {
    private final AtomicLong nanos = new AtomicLong(NEVER);
    private final AtomicLong since = new AtomicLong();
  }

  private final String connections;
  private final Map<Flood, Told> limits = new EnumMap<>(Flood.class);

  /**
   * A log of one listener.
   *
   * @param connections whose they are, as "of callers"
   */
  public FloodLog(String connections) {
    this.connections = connections;
    for (Flood limit : Flood.values()) {
      limits.put(limit, new Told());
    }
  }

  /** A connection has passed a limit, and is ended or refused. */
  public void passed(Flood limit, SocketAddress peer) {
    String line = line(limit, peer, System.nanoTime());
    if (line != null) {
      log.info(line);
    }
  }

  /** The line to say now; null: there was one less than a minute ago. */
  @Nullable String line(Flood limit, SocketAddress peer, long nowNanos) {
    Told told = limits.get(limit);
    if (told == null) {
      return null;
    }
    long last = told.nanos.get();
    boolean due = last == NEVER || nowNanos - last >= EVERY_NANOS;
    if (!due || !told.nanos.compareAndSet(last, nowNanos)) {
      told.since.incrementAndGet();
      return null;
    }
    long since = told.since.getAndSet(0);
    String from = peer instanceof InetSocketAddress ip ? NetUtil.toSocketAddressString(ip) : "";
    return "a connection "
        + connections
        + " from "
        + from
        + " is ended: limit "
        + limit.text()
        + " passed"
        + (since == 0 ? "" : ", as by " + since + " more since the last such line");
  }
}
