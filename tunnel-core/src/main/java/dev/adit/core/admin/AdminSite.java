package dev.adit.core.admin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What an admin port answers.
 *
 * @param pages what GET shows, by path; made on the admin loop
 * @param protobuf what GET shows instead to who asks for protobuf, by path; made on the admin loop
 * @param actions what POST does, by path
 * @param feeds what GET goes on telling, by path
 * @param open those of the pages that are shown without the port's token: they say nothing of the
 *     process
 */
public record AdminSite(
    Map<String, Supplier<AdminPage>> pages,
    Map<String, Supplier<AdminPage>> protobuf,
    Map<String, AdminAction> actions,
    Map<String, AdminFeed> feeds,
    Set<String> open) {

  public AdminSite {
    pages = Collections.unmodifiableMap(new LinkedHashMap<>(pages));
    protobuf = Map.copyOf(protobuf);
    actions = Collections.unmodifiableMap(new LinkedHashMap<>(actions));
    feeds = Map.copyOf(feeds);
    open = Set.copyOf(open);
  }

  /** A site that shows and acts. */
  public AdminSite(Map<String, Supplier<AdminPage>> pages, Map<String, AdminAction> actions) {
    this(pages, Map.of(), actions, Map.of(), Set.of());
  }

  /** A site that only shows. */
  public static AdminSite ofPages(Map<String, Supplier<AdminPage>> pages) {
    return new AdminSite(pages, Map.of());
  }

  /** The same with a page that has a form for programs beside the one for people. */
  public AdminSite withProtobuf(String path, Supplier<AdminPage> page) {
    return new AdminSite(pages, Map.of(path, page), actions, feeds, open);
  }

  String paths() {
    TreeSet<String> paths = new TreeSet<>(pages.keySet());
    paths.addAll(actions.keySet());
    paths.addAll(feeds.keySet());
    return String.join(" ", paths);
  }
}
