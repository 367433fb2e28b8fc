package dev.adit.agent.sync;

import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.UpstreamConfig;
import java.util.List;

/** Upstreams and routes that a server handed to a group; none of either: the group has none. */
record HandedConfig(List<UpstreamConfig> upstreams, List<AgentRoute> routes) {
  static final HandedConfig NONE = new HandedConfig(List.of(), List.of());

  HandedConfig {
    upstreams = List.copyOf(upstreams);
    routes = List.copyOf(routes);
  }

  /** Why a document is not taken. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean notAllowed;

    Refused(String message, boolean notAllowed) {
      super(message);
      this.notAllowed = notAllowed;
    }

    /** Whether it is well but for the allow-list. */
    boolean isNotAllowed() {
      return notAllowed;
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }
}
