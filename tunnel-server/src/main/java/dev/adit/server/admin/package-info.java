/**
 * What the server shows of itself, and what operators may do. Public: {@link
 * dev.adit.server.admin.ServerStatus}, {@link dev.adit.server.admin.RulePages}, {@link
 * dev.adit.server.admin.RunningRules}, {@link dev.adit.server.admin.ExplainRequest}. Any thread.
 */
@NullMarked
package dev.adit.server.admin;

import org.jspecify.annotations.NullMarked;
