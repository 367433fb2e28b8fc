package dev.adit.server.rules;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigFile;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.ConfigValue;
import dev.adit.core.name.GroupName;
import dev.adit.core.process.FileFailure;
import dev.adit.core.token.TokenHash;
import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamReader;
import dev.adit.server.policy.GroupConfig;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads all files of a rules directory as one set; names are unique over all of them. */
public final class RuleFileReader {

  // state, confined to the reading thread
  private final List<Rule> rules = new ArrayList<>();
  private final Map<RuleName, String> rulePlaces = new HashMap<>();
  private final Map<GroupName, String> groupPlaces = new HashMap<>();
  private final Map<GroupName, GroupConfig> groups = new LinkedHashMap<>();
  private final List<RuleTestCase> tests = new ArrayList<>();
  private final AuthReader auth;

  private RuleFileReader(NamedFiles named) {
    auth = new AuthReader(named);
  }

  /** The rules in a directory as it is now; throws with every problem there is. */
  public static RuleSet read(Path directory) throws ConfigException {
    ConfigProblems problems = new ConfigProblems();
    @Nullable RuleSet rules = read(directory, problems);
    problems.throwIfAny();
    if (rules == null) {
      throw new AssertionError("an unusable directory without a problem: " + directory);
    }
    return rules;
  }

  /** The usable rules in a directory as it is now; what is wrong goes to problems. */
  public static @Nullable RuleSet read(Path directory, ConfigProblems problems) {
    try {
      return read(new RuleDirectory(directory).snapshot(null), problems);
    } catch (IOException e) {
      problems.add(unreadable(directory, e));
      return null;
    }
  }

  /** The problem of a directory, or a file in it, that cannot be read. */
  public static ConfigProblem unreadable(Path directory, IOException e) {
    String expected = "expected a readable directory of rule files; " + FileFailure.text(e);
    return new ConfigProblem(directory.toString(), 1, 1, ConfigProblem.WHOLE_FILE, expected, null);
  }

  /** The usable rules in the files of a snapshot; what is wrong goes to problems. */
  public static RuleSet read(RuleDirectory.Snapshot snapshot, ConfigProblems problems) {
    RuleFileReader reader = new RuleFileReader(snapshot.named());
    int before = problems.size();
    for (Map.Entry<Path, byte[]> file : snapshot.files().entrySet()) {
      @Nullable ConfigMap root = ConfigFile.of(file.getKey()).parse(file.getValue(), problems);
      if (root != null) {
        reader.file(root);
      }
    }
    boolean empty = reader.rules.isEmpty() && problems.size() == before;
    return new RuleSet(
        snapshot.hash(),
        snapshot.files().size(),
        reader.rules,
        reader.groups,
        reader.tests,
        new RuleSet.Directory(snapshot.directory().path(), snapshot.unread(), empty));
  }

  private void file(ConfigMap root) {
    rules.addAll(root.list("rules", this::rule));
    root.list("groups", this::group).forEach(group -> groups.putIfAbsent(group.name(), group));
    tests.addAll(root.list("tests", TestCaseReader::read));
    root.end();
  }

  private @Nullable Rule rule(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable Rule rule = new RuleReader(map, auth).read();
    @Nullable ConfigValue name = map.optional("name");
    if (rule != null && name != null) {
      @Nullable String first = rulePlaces.putIfAbsent(rule.name(), rule.place());
      if (first != null) {
        name.reject("expected each name once; '" + rule.name() + "' is already at " + first);
      }
    }
    return rule;
  }

  private @Nullable GroupConfig group(ConfigValue value) {
    ConfigMap map = value.map();
    @Nullable ConfigValue nameValue = map.required("name", "the name of a group");
    @Nullable GroupName name =
        nameValue == null ? null : nameValue.parse("a group name", GroupName::new);
    map.required("upstreams", "what the group's agents are to serve");
    List<UpstreamConfig> upstreams = UpstreamReader.upstreamsElsewhere(map);
    List<AgentRoute> routes = UpstreamReader.routes(map, upstreams);
    map.end();
    if (nameValue != null && name != null) {
      @Nullable String first = groupPlaces.putIfAbsent(name, value.place());
      if (first != null) {
        nameValue.reject("expected each group once; '" + name + "' is already at " + first);
      }
    }
    if (name == null) {
      return null;
    }
    String document = document(map);
    byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > ConfigFile.MAX_BYTES) {
      value.reject("expected at most 1 MiB of upstreams and routes to hand to one group's agents");
    }
    return new GroupConfig(
        name, value.place(), upstreams, routes, document, TokenHash.of(bytes).hex());
  }

  private static String document(ConfigMap group) {
    StringBuilder document = new StringBuilder("version: 1\n");
    for (String key : List.of("upstreams", "routes")) {
      @Nullable ConfigValue value = group.optional(key);
      if (value != null) {
        document.append(key).append(": ").append(value.toYaml()).append('\n');
      }
    }
    return document.toString();
  }
}
