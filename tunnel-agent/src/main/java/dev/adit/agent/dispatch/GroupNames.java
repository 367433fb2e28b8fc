package dev.adit.agent.dispatch;

import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Group names as they come on the wire, made once each. Bounded: a server must not choose how much
 * we remember. Any thread.
 */
final class GroupNames {
  private static final int MAX_KNOWN = 1000;

  // shared: grows up to MAX_KNOWN
  private final ConcurrentMap<AsciiString, GroupName> known = new ConcurrentHashMap<>();

  /** The name, or null if it is none. */
  @Nullable GroupName of(AsciiString text) {
    GroupName name = known.get(text);
    return name != null ? name : newName(text);
  }

  private @Nullable GroupName newName(AsciiString text) {
    try {
      GroupName name = new GroupName(text.toString());
      if (known.size() < MAX_KNOWN) {
        known.put(text, name);
      }
      return name;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
