/**
 * What runs and who is connected, filtered here and cut to what a page can show. Public: {@link
 * dev.adit.server.admin.list.CallPages}, {@link dev.adit.server.admin.list.AgentPage}.
 */
@NullMarked
package dev.adit.server.admin.list;

import org.jspecify.annotations.NullMarked;
