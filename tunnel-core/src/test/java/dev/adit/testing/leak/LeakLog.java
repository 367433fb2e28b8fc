package dev.adit.testing.leak;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The leaks that Netty's detectors have found in this process and nobody has taken yet.
 *
 * <p>Netty learns of a leak when the garbage collector has taken the object and the same detector
 * tracks another one; then it logs {@code LEAK:} and goes on. Here both are brought about, and what
 * would be logged is kept.
 */
final class LeakLog extends ResourceLeakDetectorFactory {
  static final LeakLog INSTANCE = new LeakLog();

  private static final int COLLECTIONS = 2;
  private static final long COLLECTION_TIMEOUT_MS = 10_000;

  // shared: both are safe for concurrent use
  private final List<Detector<?>> detectors = new CopyOnWriteArrayList<>();
  private final Queue<String> leaks = new ConcurrentLinkedQueue<>();

  private LeakLog() {}

  @Override
  @SuppressWarnings("deprecation") // The only one that has to be implemented; the others call it.
  public <T> ResourceLeakDetector<T> newResourceLeakDetector(
      Class<T> resource, int samplingInterval, long maxActive) {
    Detector<T> detector = new Detector<>(resource, samplingInterval);
    detectors.add(detector);
    return detector;
  }

  /** Takes out what has leaked until now, and throws if that is anything. */
  void assertEmpty() {
    // The second one is for what became garbage through the first.
    for (int i = 0; i < COLLECTIONS; i++) {
      collectGarbage();
      detectors.forEach(Detector::report);
    }
    List<String> taken = new ArrayList<>();
    for (String leak = leaks.poll(); leak != null; leak = leaks.poll()) {
      taken.add(leak);
    }
    if (!taken.isEmpty()) {
      throw new AssertionError("LEAK: " + String.join("\nLEAK: ", taken));
    }
  }

  private static void collectGarbage() {
    ReferenceQueue<Object> cleared = new ReferenceQueue<>();
    WeakReference<Object> witness = new WeakReference<>(new Object(), cleared);
    System.gc();
    try {
      if (cleared.remove(COLLECTION_TIMEOUT_MS) != witness) {
        throw new AssertionError("no garbage collected in " + COLLECTION_TIMEOUT_MS + " ms");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while looking for leaks", e);
    }
  }

  private final class Detector<T> extends ResourceLeakDetector<T> {
    Detector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      leaks.add(resourceType + " was not released." + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      leaks.add(resourceType + " was not released.");
    }

    /** Makes Netty look at what the garbage collector has found. */
    @SuppressWarnings("unchecked") // Only the identity of the object counts.
    void report() {
      T token = (T) new Object();
      ResourceLeakTracker<T> tracker = trackForcibly(token);
      if (tracker != null) {
        tracker.close(token);
      }
    }
  }
}
