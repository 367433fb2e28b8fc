package dev.adit.server.entry.caller;

import io.netty.util.AsciiString;

/**
 * The header that tells backends who calls. Immutable.
 *
 * @param name in lower case
 */
public record IdentityHeader(AsciiString name) {

  /**
   * Whether a backend could take a field of this name for ours. Letters and digits must be the
   * same; gateways in the manner of CGI (RFC 3875 section 4.1.18) make one variable of {@code a-b}
   * and {@code a_b}, and some of {@code a.b} as well.
   *
   * @param other in lower case, as HTTP/2 has it
   */
  public boolean covers(AsciiString other) {
    int length = name.length();
    if (other.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      byte ours = name.byteAt(i);
      byte theirs = other.byteAt(i);
      if (ours != theirs && (isAlphanumeric(ours) || isAlphanumeric(theirs))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAlphanumeric(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9');
  }
}
