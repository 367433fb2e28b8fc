/**
 * The files of the web page, and what it shows of the configuration. Public: {@link
 * dev.adit.server.admin.page.PageFiles}, {@link dev.adit.server.admin.page.ConfigPage}. Any thread.
 */
@NullMarked
package dev.adit.server.admin.page;

import org.jspecify.annotations.NullMarked;
