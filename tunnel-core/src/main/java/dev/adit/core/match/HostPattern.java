package dev.adit.core.match;

import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host a call may be for: {@code api.example.com}, or {@code *.example.com} for every host with
 * one or more labels before {@code .example.com}.
 *
 * @param name lower case, without the star
 */
public record HostPattern(AsciiString name, boolean wildcard) {

  private static final Pattern LABELS =
      Pattern.compile("[a-z0-9_]([a-z0-9_-]*+)(\\.[a-z0-9_]([a-z0-9_-]*+))*+");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]++\\]");

  /** Reads what stands in a file. */
  public static HostPattern parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    boolean wildcard = lower.startsWith("*.");
    String name = wildcard ? lower.substring(2) : lower;
    if (lower.equals("*")) {
      throw new IllegalArgumentException("leave hosts out to match any host");
    }
    if (!wildcard && IPV6.matcher(name).matches()) {
      return new HostPattern(AsciiString.of(name), false);
    }
    if (name.contains("://")) {
      throw new IllegalArgumentException("leave the scheme out, only the host is looked at");
    }
    if (name.indexOf(':') >= 0) {
      throw new IllegalArgumentException("leave the port out, ports are not looked at");
    }
    if (name.indexOf('*') >= 0) {
      throw new IllegalArgumentException("a * stands only for the first labels, as in *.example");
    }
    if (name.length() > 253 || !LABELS.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a host name");
    }
    return new HostPattern(AsciiString.of(name), wildcard);
  }

  /**
   * The host of an authority: without port, without the dot at the end, in lower case. The same
   * object if there is nothing to change.
   */
  public static AsciiString hostOf(AsciiString authority) {
    int end = authority.length();
    int bracket = end > 0 && authority.byteAt(0) == '[' ? authority.indexOf(']', 0) : -1;
    int colon = authority.indexOf(':', Math.max(bracket, 0));
    if (colon >= 0) {
      end = colon;
    }
    if (end > 1 && authority.byteAt(end - 1) == '.') {
      end--;
    }
    return authority.subSequence(0, end, false).toLowerCase();
  }

  /** Whether {@code host}, as {@link #hostOf} gives it, is one of these. */
  public boolean fits(AsciiString host) {
    if (!wildcard) {
      return host.equals(name);
    }
    int labels = host.length() - name.length() - 1;
    return labels > 0
        && host.byteAt(labels) == '.'
        && host.regionMatches(labels + 1, name, 0, name.length());
  }

  /** Whether any host in {@code hosts} fits; none at all means every host. */
  public static boolean anyFits(Iterable<HostPattern> hosts, AsciiString host) {
    boolean none = true;
    for (HostPattern pattern : hosts) {
      none = false;
      if (pattern.fits(host)) {
        return true;
      }
    }
    return none;
  }

  /** The more specific comes first: exact before wildcard, longer before shorter, null last. */
  public static int compare(@Nullable HostPattern a, @Nullable HostPattern b) {
    return Integer.compare(weight(b), weight(a));
  }

  private static int weight(@Nullable HostPattern pattern) {
    if (pattern == null) {
      return 0;
    }
    return pattern.wildcard ? 1 + pattern.name.length() : Integer.MAX_VALUE;
  }

  @Override
  public String toString() {
    return wildcard ? "*." + name : name.toString();
  }
}
