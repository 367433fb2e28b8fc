package dev.adit.core.process;

import dev.adit.core.flow.MemoryBudget;
import io.netty.channel.EventLoop;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the memory of the process ten times a second: direct buffers as a share of what the JVM
 * allows, and what the last collection left on the heap. Past {@value #EXHAUSTED_PERCENT} % the
 * budget counts as exhausted. Any thread.
 */
public final class MemoryWatch {
  private static final Logger log = LoggerFactory.getLogger(MemoryWatch.class);
  private static final long INTERVAL_MILLIS = 100;
  private static final int EXHAUSTED_PERCENT = 85;

  /** A full heap is known to be empty again only after a collection; one is asked for as often. */
  private static final long COLLECT_NANOS = TimeUnit.SECONDS.toNanos(10);

  // deps
  private final EventLoop loop;
  private final long directLimit = PlatformDependent.maxDirectMemory();
  private final @Nullable BufferPoolMXBean jdkBuffers = nettyCounts() ? null : jdkBuffers();
  private final @Nullable MemoryPoolMXBean oldObjects =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
          .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
          .orElse(null);
  private final long mostObjects =
      oldObjects == null || oldObjects.getUsage().getMax() <= 0
          ? Runtime.getRuntime().maxMemory()
          : oldObjects.getUsage().getMax();
  private final MemoryBudget budget = new MemoryBudget(directLimit);

  // state, confined to the loop
  private long collectedNanos;

  private MemoryWatch(EventLoop loop) {
    this.loop = loop;
  }

  /** Whether Netty counts what it has allocated: without a cleaner, which is when it can. */
  private static boolean nettyCounts() {
    return PlatformDependent.usedDirectMemory() >= 0;
  }

  private static @Nullable BufferPoolMXBean jdkBuffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .findFirst()
        .orElse(null);
  }

  /** Watches until the loop ends. */
  public static MemoryWatch start(EventLoop loop) {
    MemoryWatch watch = new MemoryWatch(loop);
    loop.scheduleAtFixedRate(watch::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    return watch;
  }

  /** What all calls of this process share. */
  public MemoryBudget budget() {
    return budget;
  }

  /** The larger of the shares of direct memory and of the heap in use, from 0 to about 1. */
  public double usedShare() {
    return Math.max(directShare(), heapShare());
  }

  private double directShare() {
    long used =
        jdkBuffers == null ? PlatformDependent.usedDirectMemory() : jdkBuffers.getMemoryUsed();
    return (double) Math.max(0, used) / directLimit;
  }

  private double heapShare() {
    MemoryUsage usage = oldObjects == null ? null : oldObjects.getCollectionUsage();
    return usage == null || usage.getMax() <= 0 ? 0 : (double) usage.getUsed() / usage.getMax();
  }

  /** Asks what the last collection left only where it matters: that is the dearer question. */
  private double urgentShare() {
    return heapInUse() < EXHAUSTED_PERCENT ? directShare() : usedShare();
  }

  /** Garbage included, in percent of what one collection may leave at most. */
  private long heapInUse() {
    Runtime runtime = Runtime.getRuntime();
    return 100 * (runtime.totalMemory() - runtime.freeMemory()) / mostObjects;
  }

  private void look() {
    double used = urgentShare();
    boolean exhausted = 100 * used >= EXHAUSTED_PERCENT;
    if (exhausted != budget.isExhausted()) {
      budget.exhausted(exhausted);
      collectedNanos = loop.ticker().nanoTime();
      if (exhausted) {
        log.warn("short of memory, {} % in use: new calls are refused", (int) (100 * used));
      } else {
        log.info("memory to spare again: new calls are taken");
      }
    }
    if (exhausted
        && 100 * heapShare() >= EXHAUSTED_PERCENT
        && loop.ticker().nanoTime() - collectedNanos > COLLECT_NANOS) {
      collectedNanos = loop.ticker().nanoTime();
      System.gc();
    }
  }
}
