package dev.adit.conformance.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Rules and calls out of so few words that they often meet. Each rule leads to a group of its own,
 * named like the rule.
 */
final class RandomRules {
  private static final List<String> HOSTS = List.of("a.example", "b.a.example", "c.b.a.example");
  private static final List<String> PATTERNS =
      List.of("a.example", "b.a.example", "\"*.a.example\"", "\"*.b.a.example\"", "\"*.example\"");
  private static final List<String> SERVICES = List.of("s", "s.T", "s.T.U", "t.V");
  private static final List<String> SERVICE_MATCHES =
      List.of("s", "s.T", "t.V", "{prefix: s}", "{prefix: s.T}", "{regex: \"s.*\"}");
  private static final List<String> METHODS = List.of("Get", "GetAll", "Put");
  private static final List<String> METHOD_MATCHES =
      List.of("Get", "Put", "{prefix: Get}", "{regex: \".*t\"}");
  private static final List<String> HEADERS = List.of("x-a", "x-b");
  private static final List<String> VALUES = List.of("1", "2", "12");
  private static final List<String> HEADER_MATCHES =
      List.of("value: \"1\"", "regex: \"1.*\"", "present: true", "absent: true");

  private final Random random;

  RandomRules(long seed) {
    random = new Random(seed);
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** A rule file. */
  String file(int rules) {
    StringBuilder file = new StringBuilder("version: 1\nrules:\n");
    for (int i = 0; i < rules; i++) {
      file.append("- name: r").append(i).append("\n  to: r").append(i).append('\n');
      if (random.nextInt(4) == 0) {
        file.append("  priority: ").append(random.nextInt(3)).append('\n');
      }
      if (random.nextInt(4) > 0) {
        file.append("  hosts: [").append(any(PATTERNS)).append("]\n");
      }
      file.append("  matches:\n");
      for (int match = random.nextInt(2); match >= 0; match--) {
        file.append("  - ").append(match()).append('\n');
      }
    }
    return file.toString();
  }

  private String match() {
    List<String> conditions = new ArrayList<>();
    conditions.add("service: " + any(SERVICE_MATCHES));
    if (random.nextBoolean()) {
      conditions.add("method: " + any(METHOD_MATCHES));
    }
    List<String> headers = new ArrayList<>();
    for (String name : HEADERS) {
      if (random.nextInt(3) == 0) {
        headers.add("{name: " + name + ", " + any(HEADER_MATCHES) + "}");
      }
    }
    if (!headers.isEmpty()) {
      conditions.add("headers: [" + String.join(", ", headers) + "]");
    }
    return "{" + String.join(", ", conditions) + "}";
  }

  /**
   * A gRPC call.
   *
   * @param headers names and values in turn
   */
  record Call(String host, String method, List<String> headers) {}

  Call call() {
    List<String> headers = new ArrayList<>();
    for (String name : HEADERS) {
      if (random.nextBoolean()) {
        headers.add(name);
        headers.add(any(VALUES));
      }
    }
    return new Call(any(HOSTS), any(SERVICES) + "/" + any(METHODS), headers);
  }
}
