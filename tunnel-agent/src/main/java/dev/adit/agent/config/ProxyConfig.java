package dev.adit.agent.config;

import dev.adit.core.config.HostPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP proxy through which servers are reached by CONNECT.
 *
 * @param user and {@code password} for Basic authentication; null: none
 * @param direct hosts that are reached without it, as in {@code NO_PROXY}
 */
public record ProxyConfig(
    HostPort address, @Nullable String user, @Nullable String password, List<String> direct) {

  public ProxyConfig {
    direct = List.copyOf(direct);
  }

  /** Reads {@code http://[user:password@]host:port}. */
  public static ProxyConfig parse(String text, @Nullable String noProxy) {
    @Nullable URI uri = uri(text.contains("://") ? text : "http://" + text);
    @Nullable String authority = uri == null ? null : uri.getRawAuthority();
    if (uri == null || authority == null || !"http".equals(uri.getScheme())) {
      throw malformed();
    }
    // Taken apart here: to a URI an address whose name has an underscore is no host and port.
    int at = authority.lastIndexOf('@');
    HostPort address = address(authority.substring(at + 1));
    @Nullable String user = null;
    @Nullable String password = null;
    if (at >= 0) {
      String credentials = authority.substring(0, at);
      if (credentials.indexOf('@') >= 0) {
        throw malformed();
      }
      int colon = credentials.indexOf(':');
      user = decoded(colon < 0 ? credentials : credentials.substring(0, colon));
      password = colon < 0 ? "" : decoded(credentials.substring(colon + 1));
    }
    return new ProxyConfig(address, user, password, list(noProxy));
  }

  private static HostPort address(String text) {
    boolean hasPort = text.lastIndexOf(':') > text.lastIndexOf(']');
    try {
      return HostPort.parse(hasPort ? text : text + ":80");
    } catch (IllegalArgumentException e) {
      // What it says may repeat a part of a password that has a slash in it.
      throw malformed();
    }
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException(
        "a proxy is written http://[user:password@]host:port, with %40 for @ in a password");
  }

  // The text may hold a password, and a URISyntaxException repeats it.
  private static @Nullable URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** Whether {@code host} is reached without the proxy. */
  public boolean isBypassedBy(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    for (String entry : direct) {
      String name = entry.startsWith(".") ? entry.substring(1) : entry;
      if (entry.equals("*") || lower.equals(name) || lower.endsWith("." + name)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> list(@Nullable String noProxy) {
    if (noProxy == null) {
      return List.of();
    }
    return noProxy
        .toLowerCase(Locale.ROOT)
        .lines()
        .flatMap(line -> List.of(line.split(",", -1)).stream())
        .map(String::strip)
        .filter(entry -> !entry.isEmpty())
        .toList();
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "http://" + (user == null ? "" : "***@") + address;
  }
}
