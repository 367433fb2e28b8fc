package dev.adit.server.admin.page;

import dev.adit.core.admin.AdminPage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The files that make the web page, as they lie beside this class. Immutable; any thread. */
public final class PageFiles {
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "page.css", "text/css; charset=utf-8",
          "icon.svg", "image/svg+xml",
          "main.js", SCRIPT,
          "server.js", SCRIPT,
          "text.js", SCRIPT,
          "chart.js", SCRIPT,
          "overview.js", SCRIPT,
          "tables.js", SCRIPT,
          "rules.js", SCRIPT);

  private PageFiles() {}

  /** All of them by path, the page itself at {@code /}. They say nothing of the server. */
  public static Map<String, Supplier<AdminPage>> pages() {
    Map<String, Supplier<AdminPage>> pages = new LinkedHashMap<>();
    TYPES.forEach(
        (name, type) ->
            pages.put(
                name.equals("index.html") ? "/" : "/page/" + name,
                () -> new AdminPage(200, type, read(name))));
    return pages;
  }

  private static String read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + name, e);
    }
  }
}
