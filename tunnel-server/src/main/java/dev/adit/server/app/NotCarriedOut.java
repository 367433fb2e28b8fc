package dev.adit.server.app;

import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import java.util.ArrayList;
import java.util.List;

/**
 * What rule files may say and this version only checks: told at each load and in the status, so
 * that nobody relies on it.
 */
final class NotCarriedOut {
  private NotCarriedOut() {}

  static List<String> of(RoutingTable table) {
    List<String> warnings = new ArrayList<>();
    for (Rule rule : table.rules()) {
      if (rule.retry() != null) {
        warnings.add(
            rule.place()
                + ": rule "
                + rule.name()
                + ": retry is checked but not carried out by this version");
      }
    }
    return warnings;
  }
}
