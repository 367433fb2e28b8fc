package dev.adit.agent.config;

import dev.adit.core.config.HostPort;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The addresses this agent may dial. It compares the address as it is configured, before any name
 * is resolved, and has the last word over whatever a server sends.
 */
public record AllowList(List<Pattern> patterns) {

  public AllowList {
    patterns = List.copyOf(patterns);
  }

  /**
   * One line of the list.
   *
   * @param host lower case; starts with {@code *.} for every host under a name
   * @param port null: every port
   */
  public record Pattern(String host, @Nullable Integer port) {

    /** Reads {@code 127.0.0.1:*}, {@code *.internal:443} or {@code host:port}. */
    public static Pattern parse(String text) {
      boolean anyPort = text.endsWith(":*");
      boolean under = text.startsWith("*.");
      String address = anyPort ? text.substring(0, text.length() - 1) + "1" : text;
      HostPort read = HostPort.parse(under ? address.substring(2) : address);
      if (!anyPort && read.port() == 0) {
        throw new IllegalArgumentException("port 0 cannot be dialled");
      }
      String host = read.host().toLowerCase(Locale.ROOT);
      return new Pattern(under ? "*." + host : host, anyPort ? null : (Integer) read.port());
    }

    boolean fits(HostPort address) {
      if (port != null && port != address.port()) {
        return false;
      }
      String dialled = address.host().toLowerCase(Locale.ROOT);
      return host.startsWith("*.") ? dialled.endsWith(host.substring(1)) : dialled.equals(host);
    }

    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + (port == null ? "*" : port);
    }
  }

  /** Exactly the backends of these upstreams. */
  public static AllowList exactly(List<UpstreamConfig> upstreams) {
    List<Pattern> patterns = new ArrayList<>();
    for (UpstreamConfig upstream : upstreams) {
      for (BackendConfig backend : upstream.backends()) {
        HostPort address = backend.address();
        patterns.add(new Pattern(address.host().toLowerCase(Locale.ROOT), address.port()));
      }
    }
    return new AllowList(patterns);
  }

  /** Whether this address may be dialled. */
  public boolean allows(HostPort address) {
    for (Pattern pattern : patterns) {
      if (pattern.fits(address)) {
        return true;
      }
    }
    return false;
  }
}
