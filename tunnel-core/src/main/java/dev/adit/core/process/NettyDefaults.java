package dev.adit.core.process;

/**
 * What a process of ours asks of Netty where its command line says nothing else. Called once,
 * before the first class of Netty is used.
 */
public final class NettyDefaults {
  private NettyDefaults() {}

  /** Takes effect for this process. */
  public static void apply() {
    // Direct buffers without a cleaner; the jar's manifest opens what this needs.
    unlessSet("io.netty.tryReflectionSetAccessible", "true");
    // Tests run with it at paranoid; in production even sampling costs some percent of a call.
    unlessSet("io.netty.leakDetection.level", "disabled");
    // Its events of buffers for the JDK's flight recorder: a tenth of a start, and none of them is
    // ours.
    unlessSet("io.netty.jfr.enabled", "false");
    // The pool grows by 1 MiB, not by 4: a loop at rest holds one such piece on the heap and one
    // outside it.
    unlessSet("io.netty.allocator.maxOrder", "7");
    // Loops share a pool of buffers on the heap, and have caches of their own before it; by itself
    // each has one.
    int loops = Runtime.getRuntime().availableProcessors();
    unlessSet("io.netty.allocator.numHeapArenas", String.valueOf(Math.max(1, loops / 4)));
    // A few cached buffers hold whole chunks of the pool: memory that was full would stay so until
    // a loop has allocated thousands of times.
    unlessSet("io.netty.allocator.cacheTrimIntervalMillis", "1000");
    // Part of the ids of channels, which nobody compares with those of another machine. Netty would
    // look through the network devices for it, and warn where none has an address of its own.
    unlessSet("io.netty.machineId", "02:00:00:00:00:01");
  }

  private static void unlessSet(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
