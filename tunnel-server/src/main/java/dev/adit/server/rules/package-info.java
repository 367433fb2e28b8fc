/**
 * Reads a directory of rule files. Public: {@link dev.adit.server.rules.RuleDirectory}, {@link
 * dev.adit.server.rules.RuleFileReader}, {@link dev.adit.server.rules.RuleSet}. Reading blocks and
 * is confined to one thread; what is read is immutable.
 */
@NullMarked
package dev.adit.server.rules;

import org.jspecify.annotations.NullMarked;
