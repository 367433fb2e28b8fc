package dev.adit.server.rules;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.name.GroupName;
import dev.adit.server.routing.RuleName;
import org.jspecify.annotations.Nullable;

/**
 * A call and what is expected to become of it.
 *
 * @param place where it is written, as {@code file:line}
 * @param rule null: no rule may match
 * @param group one of the rule's groups; null: not looked at
 */
public record RuleTestCase(
    String place, CallHeaders call, @Nullable RuleName rule, @Nullable GroupName group) {}
