package dev.adit.server.config.agents;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigFile;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.name.GroupName;
import dev.adit.core.token.TokenHash;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the list of agents that may connect, from its own file or from within another. */
public final class AgentsFile {

  private AgentsFile() {}

  /** The identities in the file at {@code path}. */
  public static List<AgentIdentity> read(Path path) throws ConfigException {
    ConfigProblems problems = new ConfigProblems();
    List<AgentIdentity> identities = read(path, problems);
    problems.throwIfAny();
    return identities;
  }

  /** The usable identities in the file at {@code path}; what is wrong goes to problems. */
  public static List<AgentIdentity> read(Path path, ConfigProblems problems) {
    @Nullable ConfigMap root = ConfigFile.read(path, problems);
    if (root == null) {
      return List.of();
    }
    @Nullable ConfigValue agents = root.required("agents", "the list of agents");
    List<AgentIdentity> identities = agents == null ? List.of() : list(agents);
    root.end();
    return identities;
  }

  /** The identities of a list; no two lines may name the same id or hold the same token. */
  public static List<AgentIdentity> list(ConfigValue agents) {
    Set<String> ids = new HashSet<>();
    Map<TokenHash, String> tokens = new HashMap<>();
    return agents.list(value -> identity(value, ids, tokens));
  }

  private static @Nullable AgentIdentity identity(
      ConfigValue value, Set<String> ids, Map<TokenHash, String> seenTokens) {
    ConfigMap map = value.map();
    @Nullable AgentIdPattern id = id(map, ids);
    List<GroupName> groups = groups(map);
    List<TokenHash> tokens = map.listOfSome("tokens", token -> token(token, seenTokens));
    @Nullable String san = san(map);
    if (map.isMapping() && !map.has("tokens") && !map.has("certificate")) {
      value.reject("expected tokens or certificate; without one no agent can prove who it is");
    }
    map.end();
    return id == null ? null : new AgentIdentity(id, new LinkedHashSet<>(groups), tokens, san);
  }

  private static @Nullable AgentIdPattern id(ConfigMap map, Set<String> ids) {
    String what = "an agent id, with or without a * at the end";
    @Nullable ConfigValue value = map.required("id", what);
    @Nullable AgentIdPattern id = value == null ? null : value.parse(what, AgentIdPattern::new);
    if (value != null && id != null && !ids.add(id.text())) {
      value.reject("expected each id once; '" + id + "' is already in the list");
    }
    return id;
  }

  private static List<GroupName> groups(ConfigMap map) {
    @Nullable ConfigValue value = map.required("groups", "the groups these agents may serve");
    return value == null
        ? List.of()
        : value.listOfSome(group -> group.parse("a group name", GroupName::new));
  }

  private static @Nullable TokenHash token(ConfigValue value, Map<TokenHash, String> seen) {
    ConfigMap map = value.map();
    String what = "the SHA-256 of a token, as 'token new' prints it";
    @Nullable ConfigValue written = map.required("sha256", what);
    @Nullable TokenHash hash = written == null ? null : written.parse(what, TokenHash::parse);
    map.end();
    if (hash != null && written != null) {
      @Nullable String first = seen.putIfAbsent(hash, written.keyPath());
      if (first != null) {
        written.reject("expected each token once; the same one is at " + first);
      }
    }
    return hash;
  }

  private static @Nullable String san(ConfigMap map) {
    @Nullable ConfigMap certificate = map.child("certificate");
    if (certificate == null) {
      return null;
    }
    @Nullable ConfigValue san =
        certificate.required("san", "a subject alternative name of the agent's certificate");
    certificate.end();
    @Nullable String name = san == null ? null : san.text("a subject alternative name");
    // A DNS name, which has no case; URIs and e-mail addresses have.
    return name == null || !name.matches("[A-Za-z0-9.*_-]+") ? name : name.toLowerCase(Locale.ROOT);
  }
}
