/** Puts a server together and runs it. Public: {@link dev.adit.server.app.ServerApp}. */
@NullMarked
package dev.adit.server.app;

import org.jspecify.annotations.NullMarked;
