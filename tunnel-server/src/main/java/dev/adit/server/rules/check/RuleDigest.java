package dev.adit.server.rules.check;

import dev.adit.server.routing.Rule;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a rule says, as a short hash: equal for two rules that do the same, wherever they are
 * written.
 *
 * @param name the rule's name
 * @param place where it is written, as {@code file:line}
 * @param hash of everything else
 */
public record RuleDigest(String name, String place, String hash) {
  private static final int BYTES = 8;

  /** The digest of a rule. */
  public static RuleDigest of(Rule rule) {
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
