/**
 * Keeps the router's table in step with the rule files while the server runs. Public: {@link
 * dev.adit.server.rules.reload.RuleReload}, {@link dev.adit.server.rules.reload.ReloadStatus}. Has
 * a thread of its own; its methods may be called from any thread.
 */
@NullMarked
package dev.adit.server.rules.reload;

import org.jspecify.annotations.NullMarked;
