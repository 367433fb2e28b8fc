package dev.adit.server.config;

import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.config.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds listeners of one server that would take each other's address. */
final class ListenAddresses {
  private static final Set<String> ALL = Set.of("0.0.0.0", "::");

  private ListenAddresses() {}

  /** An address of a section. */
  private record Listener(String section, HostPort address) {
    boolean clashesWith(Listener other) {
      String host = address.host();
      String otherHost = other.address.host();
      return address.port() != 0
          && address.port() == other.address.port()
          && (host.equalsIgnoreCase(otherHost) || ALL.contains(host) || ALL.contains(otherHost));
    }
  }

  /** Notes each that clashes with an earlier one, where it is written. */
  static void check(ConfigMap root, ServerConfig config) {
    List<Listener> all = new ArrayList<>();
    config.entry().listen().forEach(each -> all.add(new Listener("entry", each)));
    config.tunnel().listen().forEach(each -> all.add(new Listener("tunnel", each)));
    all.add(new Listener("admin", config.admin().listen()));
    for (int i = 0; i < all.size(); i++) {
      Listener later = all.get(i);
      all.subList(0, i).stream()
          .filter(later::clashesWith)
          .findFirst()
          .ifPresent(earlier -> reject(root, earlier, later));
    }
  }

  private static void reject(ConfigMap root, Listener earlier, Listener later) {
    @Nullable ConfigValue written = listen(root, later.section);
    Listener other = earlier;
    if (written == null) {
      // The later one has its default, so that the earlier is the one to change.
      written = listen(root, earlier.section);
      other = later;
    }
    (written == null ? root.value() : written)
        .reject(
            "expected an address that no other listener has; "
                + other.section
                + ".listen has "
                + other.address);
  }

  private static @Nullable ConfigValue listen(ConfigMap root, String section) {
    @Nullable ConfigValue value = root.optional(section);
    return value == null || !value.isMapping() ? null : value.map().optional("listen");
  }
}
