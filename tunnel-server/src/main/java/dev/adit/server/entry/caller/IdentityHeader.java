package dev.adit.server.entry.caller;

import dev.adit.core.http2.HeaderRules;
import io.netty.util.AsciiString;

/**
 * The header that tells backends who calls. Immutable.
 *
 * @param name in lower case
 */
public record IdentityHeader(AsciiString name) {

  /**
   * Whether a backend could take a field of this name for ours.
   *
   * @param other in lower case, as HTTP/2 has it
   */
  public boolean covers(AsciiString other) {
    return other.length() == name.length() && HeaderRules.beginsLike(name, other);
  }
}
