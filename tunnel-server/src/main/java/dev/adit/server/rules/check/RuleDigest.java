package dev.adit.server.rules.check;

import dev.adit.server.policy.GroupConfig;
import dev.adit.server.routing.Rule;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * What a rule says, or what a group is handed, as a short hash: equal for two that do the same,
 * wherever they are written.
 *
 * @param name the rule's name, or {@code group} and the group's
 * @param place where it is written, as {@code file:line}
 * @param hash of everything else
 */
public record RuleDigest(String name, String place, String hash) {
  private static final int BYTES = 8;

  private static RuleDigest of(Rule rule) {
    Rule anywhere =
        new Rule(
            rule.name(),
            "",
            rule.hosts(),
            rule.matches(),
            rule.priority(),
            rule.to(),
            rule.fallback(),
            rule.balance(),
            rule.timeout(),
            rule.idleTimeout(),
            rule.retry(),
            rule.rateLimit(),
            rule.mirror(),
            rule.requestHeaders(),
            rule.responseHeaders(),
            rule.setHost(),
            rule.auth());
    return new RuleDigest(rule.name().value(), rule.place(), hash(anywhere.toString()));
  }

  /** The digests of rules, in their order, then of what groups are handed. */
  public static List<RuleDigest> of(List<Rule> rules, Collection<GroupConfig> groups) {
    List<RuleDigest> digests = new ArrayList<>();
    rules.forEach(rule -> digests.add(of(rule)));
    groups.stream()
        .map(
            group -> new RuleDigest("group " + group.name(), group.place(), hash(group.revision())))
        .sorted(Comparator.comparing(RuleDigest::name))
        .forEach(digests::add);
    return digests;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
