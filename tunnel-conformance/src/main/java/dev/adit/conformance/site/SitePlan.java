package dev.adit.conformance.site;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a site is made of.
 *
 * @param rules the content of its one rule file
 * @param entryOptions more of the section {@code entry}, as in a YAML flow mapping
 * @param tunnelOptions a line of the section {@code tunnel}, or nothing
 * @param sizes empty: the product as a user runs it, else its parts started with these
 * @param servers how many with the same files; each agent has a tunnel to all of them
 * @param jvmOptions for each server and for each agent
 * @param serverSections more of {@code server.yaml}
 */
public record SitePlan(
    String rules,
    String entryOptions,
    String tunnelOptions,
    boolean accessLog,
    List<AgentPlan> agents,
    int servers,
    Optional<TunnelSizes> sizes,
    List<String> jvmOptions,
    String serverSections) {
  private static final List<String> JVM_OPTIONS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx192m");
  private static final String ONE_RULE =
      "version: 1\nrules:\n- {name: everything, to: everything}\n";

  public SitePlan {
    agents = List.copyOf(agents);
    jvmOptions = List.copyOf(jvmOptions);
  }

  /** Every call goes to one backend. */
  public static SitePlan of(String backend) {
    return of(ONE_RULE, AgentPlan.of("agent-1", "everything", backend));
  }

  /** Agents and the rules that lead to them. */
  public static SitePlan of(String rules, AgentPlan... agents) {
    return new SitePlan(
        rules, "", "", false, List.of(agents), 1, Optional.empty(), JVM_OPTIONS, "");
  }

  /** Agents of one group, which gets every call. */
  public static SitePlan ofGroup(String group, AgentPlan... agents) {
    return of("version: 1\nrules:\n- {name: all, to: " + group + "}\n", agents);
  }

  public SitePlan withSizes(TunnelSizes newSizes) {
    return new SitePlan(
        rules,
        entryOptions,
        tunnelOptions,
        accessLog,
        agents,
        servers,
        Optional.of(newSizes),
        jvmOptions,
        serverSections);
  }

  public SitePlan withEntryOptions(String options) {
    return new SitePlan(
        rules,
        options,
        tunnelOptions,
        accessLog,
        agents,
        servers,
        sizes,
        jvmOptions,
        serverSections);
  }

  public SitePlan withTunnelOptions(String line) {
    return new SitePlan(
        rules, entryOptions, line, accessLog, agents, servers, sizes, jvmOptions, serverSections);
  }

  /** The same writing {@code access.log} in the server's directory. */
  public SitePlan withAccessLog() {
    return new SitePlan(
        rules,
        entryOptions,
        tunnelOptions,
        true,
        agents,
        servers,
        sizes,
        jvmOptions,
        serverSections);
  }

  /** The same with several servers, {@code server} and then {@code server-2} and so on. */
  public SitePlan withServers(int number) {
    return new SitePlan(
        rules,
        entryOptions,
        tunnelOptions,
        accessLog,
        agents,
        number,
        sizes,
        jvmOptions,
        serverSections);
  }

  /** The same with options after those of every site. */
  public SitePlan withJvmOptions(String... options) {
    List<String> all = new ArrayList<>(jvmOptions);
    all.addAll(List.of(options));
    return new SitePlan(
        rules, entryOptions, tunnelOptions, accessLog, agents, servers, sizes, all, serverSections);
  }

  /** The same with more sections of {@code server.yaml}. */
  public SitePlan withServerSections(String sections) {
    return new SitePlan(
        rules,
        entryOptions,
        tunnelOptions,
        accessLog,
        agents,
        servers,
        sizes,
        jvmOptions,
        sections);
  }
}
