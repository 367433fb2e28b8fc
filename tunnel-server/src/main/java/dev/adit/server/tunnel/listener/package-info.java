/**
 * The port that agents dial: who may connect, at what pace, and what a connection may send. Public:
 * {@link dev.adit.server.tunnel.listener.TunnelServer}. Any thread; what concerns a connection
 * happens on its event loop.
 */
@NullMarked
package dev.adit.server.tunnel.listener;

import org.jspecify.annotations.NullMarked;
