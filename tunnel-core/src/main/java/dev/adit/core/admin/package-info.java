/**
 * The listener for operators: a few HTTP paths on a loop of its own, so that looking at a process
 * never stops its calls. Public: {@link dev.adit.core.admin.AdminServer}, {@link
 * dev.adit.core.admin.AdminSite}, {@link dev.adit.core.admin.AdminClient}. Any thread.
 */
@NullMarked
package dev.adit.core.admin;

import org.jspecify.annotations.NullMarked;
