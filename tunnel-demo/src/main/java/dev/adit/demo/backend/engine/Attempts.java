package dev.adit.demo.backend.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** How often each request id was seen; the longest unseen ids are forgotten. Any thread. */
final class Attempts {
  private static final int IDS_KEPT = 10_000;

  // shared, guarded by itself
  private final Map<String, Integer> byRequestId =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > IDS_KEPT;
        }
      };

  /** Counts one more attempt: 1 for an id not seen before. */
  int next(String requestId) {
    synchronized (byRequestId) {
      return byRequestId.merge(requestId, 1, Integer::sum);
    }
  }
}
