package dev.adit.agent.sync;

import dev.adit.agent.config.AllowList;
import dev.adit.agent.config.ConfigSyncMode;
import dev.adit.core.config.ConfigFile;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.name.GroupName;
import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a server hands out with the distrust it deserves: it may use only backends that the
 * agent's own file allows, and name no file. Immutable; any thread.
 */
final class HandedConfigReader {
  private static final int MAX_TOLD = 5;

  private final ConfigSyncMode mode;
  private final AllowList allow;

  HandedConfigReader(ConfigSyncMode mode, AllowList allow) {
    this.mode = mode;
    this.allow = allow;
  }

  /**
   * The configuration in a document.
   *
   * @param document as in an agent's file, with its keys upstreams and routes; empty: none
   */
  HandedConfig read(GroupName group, String document) throws HandedConfig.Refused {
    if (mode == ConfigSyncMode.OFF) {
      throw new HandedConfig.Refused(
          "configSync is off in the agent's file; with configSync: accept it would be read", false);
    }
    if (document.isEmpty()) {
      return HandedConfig.NONE;
    }
    ConfigProblems problems = new ConfigProblems();
    ConfigFile file = new ConfigFile("group " + group, Path.of("/"));
    @Nullable ConfigMap root = file.parse(document.getBytes(StandardCharsets.UTF_8), problems);
    HandedConfig config = root == null ? HandedConfig.NONE : config(root);
    if (!problems.isEmpty()) {
      throw new HandedConfig.Refused(text(problems), false);
    }
    checkAllowed(config);
    return config;
  }

  private static HandedConfig config(ConfigMap root) {
    root.required("upstreams", "what the group's agents are to serve");
    List<UpstreamConfig> upstreams = UpstreamReader.upstreamsFromServer(root);
    List<AgentRoute> routes = UpstreamReader.routes(root, upstreams);
    root.end();
    return new HandedConfig(upstreams, routes);
  }

  private static String text(ConfigProblems problems) {
    String told =
        problems.toList().stream()
            .limit(MAX_TOLD)
            .map(Object::toString)
            .collect(Collectors.joining("; "));
    int more = problems.size() - MAX_TOLD;
    return more > 0 ? told + "; and " + more + " more" : told;
  }

  private void checkAllowed(HandedConfig config) throws HandedConfig.Refused {
    List<String> outside =
        config.upstreams().stream()
            .flatMap(
                upstream ->
                    upstream.backends().stream()
                        .filter(backend -> !allow.allows(backend.address()))
                        .map(
                            backend ->
                                backend.address() + " of upstream '" + upstream.name() + "'"))
            .toList();
    if (!outside.isEmpty()) {
      String told = outside.stream().limit(MAX_TOLD).collect(Collectors.joining(", "));
      throw new HandedConfig.Refused(
          "the agent's own file does not allow backend " + told + "; its owner may add it to allow",
          true);
    }
  }
}
