/**
 * Answers about a set of rules: what is odd in it, why a call went where it went, whether its tests
 * pass. Public: {@link dev.adit.server.rules.check.RuleLint}, {@link
 * dev.adit.server.rules.check.RuleExplain}, {@link dev.adit.server.rules.check.RuleTests}.
 * Stateless; any thread.
 */
@NullMarked
package dev.adit.server.rules.check;

import org.jspecify.annotations.NullMarked;
