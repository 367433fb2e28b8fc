package dev.adit.server.admin.page;

import dev.adit.core.admin.AdminPage;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.TlsConfig;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** {@code GET /config}: what the server was started with, and how long its certificates last. */
public final class ConfigPage {

  /** Both. */
  record Shown(List<ConfigLine> settings, List<CertificateLine> certificates) {}

  private final ServerConfig config;
  private final Clock clock;

  /** A page about {@code config}. */
  public ConfigPage(ServerConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Answers; reads the files of certificates. */
  public AdminPage page() {
    List<CertificateLine> certificates = new ArrayList<>();
    int number = 0;
    for (TlsConfig tls : config.entry().tls()) {
      String place = config.entry().tls().size() == 1 ? "" : "[" + number + "]";
      CertificateLine.addAll("entry.tls" + place, tls, clock, certificates);
      number++;
    }
    TlsConfig tunnel = config.tunnel().tls();
    if (tunnel != null) {
      CertificateLine.addAll("tunnel.tls", tunnel, clock, certificates);
    }
    return AdminPage.json(new Shown(ConfigLine.of(config), certificates));
  }
}
