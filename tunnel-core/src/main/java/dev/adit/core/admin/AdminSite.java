package dev.adit.core.admin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What an admin port answers.
 *
 * @param pages what GET shows, by path; made on the admin loop
 * @param actions what POST does, by path
 */
public record AdminSite(Map<String, Supplier<AdminPage>> pages, Map<String, AdminAction> actions) {

  public AdminSite {
    pages = Collections.unmodifiableMap(new LinkedHashMap<>(pages));
    actions = Collections.unmodifiableMap(new LinkedHashMap<>(actions));
  }

  /** A site that only shows. */
  public static AdminSite ofPages(Map<String, Supplier<AdminPage>> pages) {
    return new AdminSite(pages, Map.of());
  }

  String paths() {
    TreeSet<String> paths = new TreeSet<>(pages.keySet());
    paths.addAll(actions.keySet());
    return String.join(" ", paths);
  }
}
