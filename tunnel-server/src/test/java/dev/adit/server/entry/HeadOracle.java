package dev.adit.server.entry;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What RFC 9113 and docs/security.md say of a request's header list, written once more and sharing
 * no code with what reads it.
 */
final class HeadOracle {
  private static final Set<String> OURS = Set.of(":method", ":scheme", ":path", ":authority");
  private static final Set<String> OF_A_CONNECTION =
      Set.of("connection", "transfer-encoding", "upgrade", "keep-alive", "proxy-connection");

  /** The codec passes over what stands around a number and sends on the number alone. */
  private static final String NOTHING_FOLLOWS =
      "[\\x00-\\x20]*0+[\\x00-\\x20]*(,[\\x00-\\x20]*0+[\\x00-\\x20]*)*";

  /** Fields of a meaning of their own, whose values the codec looks at too. */
  private static final Set<String> SPECIAL = Set.of("te", "content-length", "host", "grpc-timeout");

  private static final int SAFE_LIST_BYTES = 1500;

  private final List<String> pairs;

  /**
   * @param pairs name, value, name, value
   */
  HeadOracle(List<String> pairs) {
    this.pairs = pairs;
  }

  /** The first value of this name. */
  @Nullable String value(String name) {
    for (int i = 0; i < pairs.size(); i += 2) {
      if (pairs.get(i).equals(name)) {
        return pairs.get(i + 1);
      }
    }
    return null;
  }

  /** Why the list may not go on; empty if it may. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    boolean regular = false;
    for (int i = 0; i < pairs.size(); i += 2) {
      String name = pairs.get(i);
      String value = pairs.get(i + 1);
      if (value.indexOf('\0') >= 0 || value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
        faults.add("a value with NUL, CR or LF");
      }
      if (name.startsWith(":")) {
        check(faults, OURS.contains(name), "pseudo-header " + name);
        check(faults, seen.add(name), "twice " + name);
        check(faults, !regular, name + " behind a field");
      } else {
        regular = true;
        check(faults, name.matches("[-a-z0-9!#$%&'*+.^_`|~]+"), "name " + name);
        check(faults, !OF_A_CONNECTION.contains(name), name);
        checkSpecial(faults, name, value);
      }
    }
    checkRequest(faults);
    return faults;
  }

  private static void check(List<String> faults, boolean isGood, String fault) {
    if (!isGood) {
      faults.add(fault);
    }
  }

  private static void checkSpecial(List<String> faults, String name, String value) {
    switch (name) {
      case "te" -> check(faults, value.equalsIgnoreCase("trailers"), "te: " + value);
      case "grpc-timeout" ->
          check(faults, value.matches("[0-9]{1,8}[HMSmun]"), "grpc-timeout: " + value);
      case "content-length" ->
          check(faults, value.matches(NOTHING_FOLLOWS), "content-length: " + value);
      default -> {
        // Any value.
      }
    }
  }

  private void checkRequest(List<String> faults) {
    String method = value(":method");
    String path = value(":path");
    check(faults, value(":scheme") != null, "no scheme");
    check(
        faults,
        method != null && method.matches("[-A-Za-z0-9!#$%&'*+.^_`|~]+"),
        "method " + method);
    check(
        faults,
        path != null
            && (path.matches("/[^\\x00-\\x20\\x7f#]*")
                || (path.equals("*") && "OPTIONS".equals(method))),
        "path " + path);
    Set<String> hosts = new HashSet<>();
    for (int i = 0; i < pairs.size(); i += 2) {
      if (pairs.get(i).equals(":authority") || pairs.get(i).equals("host")) {
        hosts.add(normal(pairs.get(i + 1)));
      }
    }
    check(faults, hosts.size() <= 1, "hosts " + hosts);
    hosts.forEach(
        host -> check(faults, host.matches("[\\x21-\\x7e&&[^@/\\\\?#,]]*"), "host " + host));
  }

  /** An authority as RFC 9113 8.3.1 compares it. */
  private String normal(String authority) {
    String scheme = String.valueOf(value(":scheme")).toLowerCase(Locale.ROOT);
    String port = scheme.equals("http") ? ":80$" : scheme.equals("https") ? ":443$" : "$";
    return authority.toLowerCase(Locale.ROOT).replaceFirst(port, "");
  }

  /** Whether nobody has a reason to refuse the list. */
  boolean mustGoOn() {
    int bytes = 0;
    for (int i = 0; i < pairs.size(); i += 2) {
      if (SPECIAL.contains(pairs.get(i))) {
        return false;
      }
      bytes += pairs.get(i).length() + pairs.get(i + 1).length() + 32;
    }
    return bytes <= SAFE_LIST_BYTES && !"CONNECT".equals(value(":method")) && faults().isEmpty();
  }

  /** The fields that the backend gets, but for a request id of ours. */
  List<String> forwarded(boolean isGrpc) {
    List<String> forwarded = new ArrayList<>();
    boolean trailers = isGrpc;
    for (int i = 0; i < pairs.size(); i += 2) {
      String name = pairs.get(i);
      if (name.equals("te")) {
        trailers |= pairs.get(i + 1).equals("trailers");
      } else if (name.equals("content-length")) {
        // The same number twice is one, as RFC 9110 8.6 allows.
        if (!forwarded.contains("content-length")) {
          forwarded.addAll(List.of("content-length", "0"));
        }
      } else if (!endsHere(name)) {
        forwarded.add(name);
        forwarded.add(pairs.get(i + 1));
      }
    }
    if (trailers) {
      forwarded.addAll(List.of("te", "trailers"));
    }
    forwarded.addAll(List.of("x-forwarded-for", "192.0.2.7", "x-forwarded-proto", "http"));
    return forwarded;
  }

  private static boolean endsHere(String name) {
    return name.startsWith(":")
        || name.startsWith("proxy-")
        || name.matches("x[^a-z0-9](tunnel|forwarded)[^a-z0-9].*")
        || Set.of("host", "grpc-timeout", "forwarded").contains(name);
  }
}
