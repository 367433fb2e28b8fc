package dev.adit.core.config;

import java.util.Locale;
import java.util.regex.Pattern;

/** A host (name or IP literal, IPv6 without brackets) and a TCP port; port 0 asks for any. */
public record HostPort(String host, int port) {

  // Plain java.util.regex: two possessive classes, no backtracking, and never fed by a caller.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]*+)");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]++(?:%[A-Za-z0-9._-]++)?");

  public HostPort {
    if (!isName(host) && !isIpv6(host)) {
      throw new IllegalArgumentException("not a host name or IP address: '" + host + "'");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not within 0..65535");
    }
  }

  /** Reads {@code host:port}, {@code 1.2.3.4:port} or {@code [v6]:port}. */
  public static HostPort parse(String text) {
    if (text.contains("://")) {
      throw new IllegalArgumentException("leave the scheme out of '" + text + "'");
    }
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("no port in '" + text + "'");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = unbracketed(host);
      if (!isIpv6(host)) {
        throw new IllegalArgumentException("not an IPv6 address: '" + host + "'");
      }
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          host.contains("::")
              ? "an IPv6 address needs brackets: [" + host + "]:port"
              : "'" + text + "' has more than one colon");
    } else if (host.isEmpty()) {
      throw new IllegalArgumentException("no host in '" + text + "'");
    }
    return new HostPort(host, parsePort(text.substring(colon + 1)));
  }

  /**
   * Checks that a certificate can be verified for a host: Java compares IP literals and names of
   * letters, digits and hyphens, and refuses whatever else a certificate has.
   *
   * @param host a name, or an IP literal with or without brackets
   * @return the host as it was given
   * @throws IllegalArgumentException if it is something else, with what is wrong with it
   */
  public static String verifiable(String host) {
    String bare = host.startsWith("[") && host.endsWith("]") ? unbracketed(host) : host;
    if (isIpv6(bare)) {
      return host;
    }
    if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException("leave scheme and port out of '" + host + "'");
    }
    if (!isName(host)) {
      throw new IllegalArgumentException("not a host name or IP address: '" + host + "'");
    }
    for (String label : host.split("\\.", -1)) {
      if (label.indexOf('_') >= 0 || label.startsWith("-") || label.endsWith("-")) {
        throw new IllegalArgumentException(
            "no certificate can be verified for '"
                + host
                + "', since '"
                + label
                + "' has "
                + (label.indexOf('_') >= 0 ? "an underscore" : "a hyphen at its begin or end"));
      }
    }
    return host;
  }

  /** Only this machine can reach it. Decided by the text alone: no name is resolved. */
  public boolean isLoopback() {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.equals("localhost")
        || lower.equals("::1")
        || (lower.startsWith("127.") && lower.chars().allMatch(c -> c == '.' || isDigit(c)));
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }

  private static String unbracketed(String host) {
    return host.substring(1, host.length() - 1);
  }

  private static int parsePort(String text) {
    if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(HostPort::isDigit)) {
      throw new IllegalArgumentException("'" + text + "' is not a port (0..65535)");
    }
    return Integer.parseInt(text);
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isName(String host) {
    return host.length() <= 253 && NAME.matcher(host).matches() && !host.contains("..");
  }

  private static boolean isIpv6(String host) {
    return host.indexOf(':') >= 0 && IPV6.matcher(host).matches();
  }
}
