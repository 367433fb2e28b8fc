package dev.adit.conformance.check;

import dev.adit.core.admin.AdminClient;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What Prometheus would see of a process now. */
public final class Scrape {
  /** Who is asked again and again takes one connection, of the few that a host may have. */
  private static final Map<String, AdminClient> ASKED = new ConcurrentHashMap<>();

  private Scrape() {}

  /**
   * The sum of series; 0 if there are none.
   *
   * @param admin {@code HOST:PORT}
   * @param name of the metric
   * @param parts that the labels of a series have all of
   */
  public static double sum(String admin, String name, String... parts) throws IOException {
    return ASKED
        .computeIfAbsent(admin, address -> new AdminClient(address, null))
        .get("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .filter(line -> Arrays.stream(parts).allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
